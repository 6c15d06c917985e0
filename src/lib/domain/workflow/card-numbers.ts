import { asciiDigits } from './text.ts';

/**
 * Digits as people write numbers, in groups or in one, with the plus of a telephone number or the
 * country of an account before them. More than one number may stand in it, such as a card's date behind
 * its number, or a card behind a telephone number.
 */
const RUN = /(?:\+|(?<!\p{L})\p{L}{2}(?=\p{Nd}))?\p{Nd}+(?:[ \u00a0.-]{1,2}\p{Nd}+)*/gu;

/** A telephone number has at most so many digits (E.164); with more behind its plus, something else follows. */
const MOST_PHONE = 15;

/** Digits of the longest account number there is. */
const MOST_ACCOUNT = 32;

const LEAST = 13;
const MOST = 19;

/** Cards that a customer holds. */
const BEGINS = /^[2-6]/;

/** Check digit of ISO/IEC 7812-1. */
function isCard(digits: string): boolean {
	if (digits.length < LEAST || digits.length > MOST) return false;
	let sum = 0;
	for (const [index, digit] of [...digits].reverse().entries()) {
		const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
		sum += value > 9 ? value - 9 : value;
	}
	return sum % 10 === 0;
}

/** Which groups of ASCII digits, from this one on, are together a card number: the last one's index, or -1. */
function cardEnd(groups: readonly string[], first: number): number {
	let digits = '';
	let end = -1;
	if (!BEGINS.test(groups[first]!)) return end;
	for (let last = first; last < groups.length && digits.length < MOST; last++) {
		digits += groups[last]!;
		// The longest of two: rather a figure too many is masked.
		if (isCard(digits)) end = last;
	}
	return end;
}

function hide(text: string): string {
	let left = [...text.matchAll(/\p{Nd}/gu)].length - 4;
	return text.replace(/\p{Nd}/gu, (digit) => (left-- > 0 ? '•' : digit));
}

/** Are these letters and digits an account number? Check digits of ISO 13616. */
function isAccount(country: string, digits: string): boolean {
	if (!/^[a-z]{2}$/i.test(country) || digits.length < 13 || digits.length > MOST_ACCOUNT)
		return false;
	const letters = [...country].map((letter) => parseInt(letter, 36)).join('');
	return BigInt(digits.slice(2) + letters + digits.slice(0, 2)) % 97n === 1n;
}

/** How many of the groups at the beginning are no card for certain: a telephone or an account number. */
function others(before: string, groups: readonly string[]): number {
	if (before === '') return 0;
	if (before === '+') return groups.join('').length <= MOST_PHONE ? groups.length : 1;
	for (let count = Math.min(groups.length, MOST_ACCOUNT); count > 0; count--)
		if (isAccount(before, groups.slice(0, count).join(''))) return count;
	return 0;
}

function maskRun(run: string): string {
	const [before = ''] = /^\P{Nd}*/u.exec(run) ?? [];
	const parts = run.slice(before.length).split(/([ \u00a0.-]+)/);
	const groups = parts
		.filter((_, index) => index % 2 === 0)
		.map((group) => asciiDigits(group.normalize('NFKC')));
	const first = others(before, groups);
	let masked = before + parts.slice(0, 2 * first).join('');
	for (let at = first; at < groups.length; at++) {
		const card = cardEnd(groups, at);
		const end = Math.max(at, card);
		const piece = parts.slice(2 * at, 2 * end + 1).join('');
		masked += (card < 0 ? piece : hide(piece)) + (parts[2 * end + 1] ?? '');
		at = end;
	}
	return masked;
}

/**
 * The text with every payment card number in it masked but for its last four digits: it must never be
 * stored, logged or shown to anybody, whoever typed it (case S10). How long it is to read stays.
 */
export const maskCardNumbers = (text: string): string =>
	text.replace(RUN, (run) => (run.length < LEAST ? run : maskRun(run)));
