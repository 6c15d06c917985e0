/**
 * Rows as CSV (RFC 4180) that a spreadsheet only shows: a text cell that it would take for a formula
 * gets a leading `'`. Numbers are our own and stay numbers.
 */
export const csvOf = (rows: readonly (readonly (string | number | null)[])[]): string =>
	rows.map((row) => row.map(cell).join(',') + '\r\n').join('');

function cell(value: string | number | null): string {
	if (typeof value !== 'string') return value === null ? '' : String(value);
	const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
	return /["\n\r,]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
