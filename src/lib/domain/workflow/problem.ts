/** What is wrong with a document, where, and what to do about it. */
export interface Problem {
	/** Keys and indexes from the top of the document. */
	path: (string | number)[];
	/** The path as people write it: `actions.pay.clauses[0].expression`. */
	field: string;
	message: string;
	cure: string;
}

export type Path = Problem['path'];
export type Report = (path: Path, message: string, cure: string) => void;

export const fieldName = (path: Path): string =>
	path.reduce<string>(
		(name, part) =>
			typeof part === 'number' ? `${name}[${part}]` : name === '' ? part : `${name}.${part}`,
		''
	);

/** Collects problems. Every check reports into one of these, so that all of them are told at once. */
export function collectProblems(): { problems: Problem[]; report: Report } {
	const problems: Problem[] = [];
	const report: Report = (path, message, cure) => {
		const field = fieldName(path);
		if (problems.some((known) => known.field === field && known.message === message)) return;
		problems.push({ path, field, message, cure });
	};
	return { problems, report };
}

/** A readable list of what would be right: `one of: a, b, c`. */
export const oneOf = (names: Iterable<string>): string => {
	const list = [...names];
	if (list.length === 0) return 'nothing (none is declared)';
	const shown = list.slice(0, 12).join(', ');
	return `one of: ${shown}${list.length > 12 ? ', …' : ''}`;
};
