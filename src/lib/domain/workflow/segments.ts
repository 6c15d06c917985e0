/**
 * How an SMS is cut. GSM 03.38: 160 septets alone, 153 in a chain; UCS-2: 70 and 67. One character
 * outside the GSM alphabet turns the whole message to UCS-2.
 */

const GSM =
	'@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡' +
	'ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const GSM_EXTENDED = '^{}\\[~]|€\f';

const WIDTH = new Map<string, number>([
	...[...GSM].map((char) => [char, 1] as const),
	...[...GSM_EXTENDED].map((char) => [char, 2] as const)
]);

export interface Segments {
	encoding: 'gsm-7' | 'ucs-2';
	/** Septets or UTF-16 units. */
	length: number;
	segments: number;
	/** The first character that forces UCS-2, for whoever writes the template. */
	culprit?: string;
}

/** Counts units and segments. A character of two units is never cut across segments. */
export function countSegments(text: string): Segments {
	const chars = [...text];
	const culprit = chars.find((char) => !WIDTH.has(char));
	const widths = chars.map((char) => (culprit === undefined ? WIDTH.get(char)! : char.length));
	const length = widths.reduce((sum, width) => sum + width, 0);
	const [alone, chained] = culprit === undefined ? [160, 153] : [70, 67];
	if (culprit === undefined)
		return { encoding: 'gsm-7', length, segments: cut(widths, length, alone, chained) };
	return { encoding: 'ucs-2', length, segments: cut(widths, length, alone, chained), culprit };
}

function cut(widths: number[], length: number, alone: number, chained: number): number {
	if (length <= alone) return 1;
	let segments = 1;
	let used = 0;
	for (const width of widths) {
		if (used + width > chained) {
			segments += 1;
			used = 0;
		}
		used += width;
	}
	return segments;
}
