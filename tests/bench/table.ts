/** A plain table: the first column is words, the others are figures. */
export function printTable(title: string, head: string[], rows: (string | number)[][]): void {
	const lines = [head, ...rows.map((row) => row.map(String))];
	const widths = head.map((_, column) =>
		Math.max(...lines.map((line) => (line[column] ?? '').length))
	);
	const write = (line: string[]) =>
		widths
			.map((width, column) =>
				column === 0 ? (line[column] ?? '').padEnd(width) : (line[column] ?? '').padStart(width)
			)
			.join('  ')
			.trimEnd();
	console.log(`\n${title}\n`);
	for (const line of lines) console.log(`  ${write(line)}`);
}

export const median = (values: number[]): number => {
	const sorted = values.toSorted((a, b) => a - b);
	return ((sorted.at((sorted.length - 1) / 2) ?? NaN) + (sorted.at(sorted.length / 2) ?? NaN)) / 2;
};

export const ratio = (value: number): string => value.toFixed(2);
export const rounded = (value: number): string =>
	value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
