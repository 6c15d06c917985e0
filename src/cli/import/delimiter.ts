/** What else separates columns where a spreadsheet writes the file. */
const OTHERS: [sign: string, option: string][] = [
	[';', "--delimiter=';'"],
	['\t', '--delimiter=tab'],
	['|', "--delimiter='|'"]
];

/** The sign that `--delimiter` names; `null` if it names none. */
export function readDelimiter(text: string): string | null {
	if (text === 'tab' || text === '\\t') return '\t';
	return text.length === 1 && !/["\r\n]/.test(text) ? text : null;
}

/** Why a header of one column is none: another sign stands between its names. `null` if none does. */
export function otherDelimiter(header: readonly string[]): string | null {
	const [only = '', ...more] = header;
	const found = more.length === 0 && OTHERS.find(([sign]) => only.includes(sign));
	if (!found) return null;
	const [sign, option] = found;
	const shown = sign === '\t' ? 'tabs' : sign;
	return `The columns are separated by ${shown} — save the file with commas, or add ${option}`;
}
