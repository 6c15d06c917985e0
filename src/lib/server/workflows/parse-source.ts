import {
	isScalar,
	type Document,
	type LineCounter,
	parseDocument,
	visit,
	YAMLParseError
} from 'yaml';

/**
 * The YAML of a workflow, with what is wrong in its `errors`, in time that grows with its length alone:
 * the library compares each key with every other of its map, and cuts the source anew for every error,
 * which a text of some 100 KB turns into half a minute in which the process does nothing else (case
 * H10). Keys that become one name are duplicates, however they are written.
 */
export function parseSource(source: string, lineCounter?: LineCounter): Document.Parsed {
	const yaml = parseDocument(source, {
		uniqueKeys: false,
		prettyErrors: false,
		...(lineCounter && { lineCounter })
	});
	for (const error of yaml.errors)
		if (error.message.includes('call stack')) error.message = 'Is nested too deeply';
	visit(yaml, {
		Map(_, { items }) {
			const names = new Set<string>();
			for (const { key } of items) {
				if (!isScalar(key)) continue;
				const name = nameOf(key.value);
				if (names.has(name)) yaml.errors.push(duplicate(key.range));
				names.add(name);
			}
		}
	});
	return yaml;
}

/** What a key is called once it is the name of a property. */
const nameOf = (key: unknown): string =>
	typeof key === 'string' ? key : key === null ? '' : JSON.stringify(key);

const duplicate = (range: readonly number[] | null | undefined): YAMLParseError => {
	const [from = 0, to = from] = range ?? [];
	return new YAMLParseError([from, to], 'DUPLICATE_KEY', 'Map keys must be unique');
};
