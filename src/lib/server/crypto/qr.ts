import { encode } from 'uqr';

/** A QR code as one SVG path of unit squares, with the quiet zone around it. */
export function qrPath(text: string): { path: string; size: number } {
	const { data, size } = encode(text, { border: 4 });
	const square = (dark: boolean, x: number, y: number) => (dark ? `M${x} ${y}h1v1h-1z` : '');
	const path = data.flatMap((row, y) => row.map((dark, x) => square(dark, x, y))).join('');
	return { path, size };
}
