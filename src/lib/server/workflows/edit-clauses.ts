import { type Document, isMap, isScalar, YAMLMap, YAMLSeq } from 'yaml';
import type { Assurance, Clause, Texts } from '../../domain/workflow/document.ts';

/** One edit in the table of clauses. `cure` without texts is none. */
export type ClauseEdit =
	| { do: 'set-clause'; action: string; clause: string; to: Omit<Clause, 'id'> }
	| { do: 'add-clause'; action: string; to: Clause }
	| { do: 'remove-clause'; action: string; clause: string }
	| { do: 'move-clause'; action: string; clause: string; by: -1 | 1 }
	| { do: 'set-assurance'; action: string; assurance: Assurance }
	| { do: 'move-action'; action: string; by: -1 | 1 };

/** Where the clause of that id stands among those of the action; -1 if nowhere. */
export const placeOf = (clauses: YAMLSeq, id: string): number =>
	clauses.items.findIndex((item) => isMap(item) && item.get('id') === id);

export function clausesOf(yaml: Document, action: string): YAMLSeq | undefined {
	const clauses: unknown = yaml.getIn(['actions', action, 'clauses']);
	return clauses instanceof YAMLSeq ? clauses : undefined;
}

export function actionsOf(yaml: Document): YAMLMap | undefined {
	const actions: unknown = yaml.get('actions');
	return actions instanceof YAMLMap ? actions : undefined;
}

/** The edit by the means of the document alone: right in every layout, but it may lay out anew. */
export function applyToDocument(yaml: Document, edit: ClauseEdit): boolean {
	if (edit.do === 'set-assurance') {
		if (!yaml.hasIn(['actions', edit.action])) return false;
		yaml.setIn(['actions', edit.action, 'assurance'], edit.assurance);
		return true;
	}
	if (edit.do === 'move-action') {
		const items = actionsOf(yaml)?.items;
		const at = items?.findIndex(({ key }) => isScalar(key) && key.value === edit.action) ?? -1;
		return swap(items ?? [], at, edit.by);
	}
	const clauses = clausesOf(yaml, edit.action);
	if (!clauses) return false;
	if (edit.do === 'add-clause') {
		if (placeOf(clauses, edit.to.id) >= 0) return false;
		clauses.items.push(yaml.createNode(withoutEmpty(edit.to)));
		return true;
	}
	const at = placeOf(clauses, edit.clause);
	if (at < 0) return false;
	if (edit.do === 'move-clause') return swap(clauses.items, at, edit.by);
	if (edit.do === 'remove-clause') clauses.items.splice(at, 1);
	else setClause(clauses.items[at] as YAMLMap, edit.to, yaml);
	return true;
}

function swap(items: unknown[], at: number, by: -1 | 1): boolean {
	const other = at + by;
	if (at < 0 || other < 0 || other >= items.length) return false;
	[items[at], items[other]] = [items[other], items[at]];
	return true;
}

/** Sets what differs and nothing else: what stays keeps its quotes and its comments. */
export function setClause(clause: YAMLMap, to: Omit<Clause, 'id'>, yaml: Document): void {
	for (const name of ['label', 'expression'] as const)
		if (clause.get(name) !== to[name]) clause.set(name, to[name]);
	for (const name of ['reason', 'cure'] as const) setTexts(clause, name, to[name] ?? {}, yaml);
}

function setTexts(clause: YAMLMap, name: 'reason' | 'cure', texts: Texts, yaml: Document): void {
	const wanted = Object.entries(texts).filter(([, text]) => text !== '');
	const there: unknown = clause.get(name);
	if (wanted.length === 0 && name === 'cure') clause.delete(name);
	else if (!(there instanceof YAMLMap))
		clause.set(name, yaml.createNode(Object.fromEntries(wanted)));
	else {
		const kept = new Set(wanted.map(([language]) => language));
		for (const { key } of [...there.items])
			if (!kept.has(String(isScalar(key) ? key.value : key))) there.delete(key);
		for (const [language, text] of wanted)
			if (there.get(language) !== text) there.set(language, text);
	}
}

export const withoutEmpty = ({ cure, ...clause }: Clause): Clause => {
	const said = Object.entries(cure ?? {}).filter(([, text]) => text !== '');
	return said.length > 0 ? { ...clause, cure: Object.fromEntries(said) } : clause;
};
