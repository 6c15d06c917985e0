/** A message's text cut into what a phone makes tappable. Plain strings: nothing is ever HTML. */
export type Piece =
	| { kind: 'text'; text: string }
	| { kind: 'link'; text: string; href: string }
	| { kind: 'code'; text: string };

// A full stop or bracket after a link belongs to the sentence, as on a real phone.
const TAPPABLE = /https?:\/\/[^\s<>"]*[^\s<>"'.,;:!?)\]}،؛؟]|(?<![\d.,+-])\d{6}(?![\d-]|[.,]\d)/g;

export function pieces(body: string): Piece[] {
	const found: Piece[] = [];
	let from = 0;
	for (const match of body.matchAll(TAPPABLE)) {
		const [text] = match;
		if (match.index > from) found.push({ kind: 'text', text: body.slice(from, match.index) });
		found.push(
			text.startsWith('http') ? { kind: 'link', text, href: text } : { kind: 'code', text }
		);
		from = match.index + text.length;
	}
	if (from < body.length) found.push({ kind: 'text', text: body.slice(from) });
	return found;
}
