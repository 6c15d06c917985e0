import { fail, ok, type Result } from '../result.ts';

/**
 * U+0000 is refused by `jsonb` and `text`, other controls hide in logs, and a lone surrogate
 * becomes U+FFFD without a word: none of them enters. Line breaks are no controls here.
 */
const REFUSED = /(?![\t\n])\p{Cc}|\p{Surrogate}|\p{Noncharacter_Code_Point}/u;

/** Characters that reorder, join or hide what stands beside them, and selectors of a variant. */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** Marks that stand on nothing, such as one between a dot and the letter behind it. */
const LOOSE_MARKS = /(?<![\p{L}\p{N}\p{M}])\p{M}+/gu;

/** Everything but small figures and fractions, which mean something else as plain digits: 5² is not 52. */
const REWRITABLE = /[^\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u2089\u2150-\u215f]+/gu;

/** Four figures and more with dots between them: an address of the network, or a part of one. */
const DOTTED_FIGURES = /\p{N}+(?:[.。]\p{N}+){3,}/gu;

const hasRefusedCharacters = (text: string): boolean => REFUSED.test(text);

/** Length as people count it roughly: code points, not UTF-16 units. */
const codePoints = (text: string): number => [...text].length;

/**
 * Text as it is kept: line ends as `\n`, NFC, trimmed. `maxLength` is in code points.
 * Fails with `characters` (controls, lone surrogates) or `too-long`.
 */
export function cleanText(
	raw: string,
	maxLength: number
): Result<string, 'characters' | 'too-long'> {
	// Cheap bound first: normalising a megabyte costs time.
	if (raw.length > maxLength * 4 + 64) return fail('too-long');
	const text = raw.replace(/\r\n?/g, '\n');
	if (hasRefusedCharacters(text)) return fail('characters');
	const clean = text.normalize('NFC').trim();
	return codePoints(clean) > maxLength ? fail('too-long') : ok(clean);
}

/** Longest piece of a customer's own text that a message carries, in code points. */
export const MESSAGE_VALUE_LENGTH = 40;

/**
 * Text from a record, safe inside a message that leaves under our sender: one line, no invisible
 * characters, nothing that a handset turns into a link. Letters and dots that only look like one
 * become that one first. Addresses go; a dot before a letter, and each of an address in figures,
 * gets a space, so `evil.example` stays text, `Dr.Weber` a name, and 1.234,56 an amount.
 */
export function messageValue(text: string): string {
	// Bounded first: what follows looks back at most once a character, and 40 are kept.
	const line = [...text]
		.slice(0, MESSAGE_VALUE_LENGTH * 5)
		.join('')
		.replace(REWRITABLE, (part) => part.normalize('NFKC'))
		.replace(INVISIBLE, '')
		.replace(LOOSE_MARKS, '')
		.replace(/[\p{L}\p{N}][\p{L}\p{N}+.-]*:\/\/\S*/gu, ' ')
		.replace(DOTTED_FIGURES, (figures) => figures.replace(/[.。]/gu, '. '))
		.replace(/[.。](?=\p{L})/gu, '. ')
		.replace(/[\s\p{Cc}]+/gu, ' ')
		.trim();
	return [...line].slice(0, MESSAGE_VALUE_LENGTH).join('').trim();
}

/** Arabic-Indic and Persian digits, as those keyboards type them. */
export const asciiDigits = (text: string): string =>
	text.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 0xf));

/** Without characters that are not seen, such as marks of direction that are copied along with a figure. */
export const withoutMarks = (text: string): string => text.replace(/\p{Cf}/gu, '');
