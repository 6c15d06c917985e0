/** Controls, marks of direction, joiners and other characters that are not seen or reorder others. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u115f\u1160\u3164\uffa0]/gu;

/**
 * A stranger's text as staff may read it: what would hide in it or turn it around is shown as its
 * code point, such as `⟨U+202E⟩` (case H11). Line breaks stay.
 */
export const visibleText = (text: string): string =>
	text.replace(UNSEEN, (sign) =>
		sign === '\n' ? sign : `⟨U+${sign.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}⟩`
	);
