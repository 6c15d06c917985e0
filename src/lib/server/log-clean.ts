import { maskCardNumbers } from '../domain/workflow/card-numbers.ts';

/** Fields whose value never belongs into a log, whatever stands in it. Compared in lower case. */
const HIDDEN = new Set(
	(
		'authorization cookie set-cookie proxy-authorization x-api-key x-twilio-signature password ' +
		'token secret code typed key keys wrapped sealed facts contacts contact phone email to body ' +
		'input fields record customer name address destination parameters detail'
	).split(' ')
);

const MOST_TEXT = 2048;
const MOST_ENTRIES = 50;
const MOST_DEPTH = 6;

/** What must not be read in a log even inside a text, and what stands in its place. */
const REPLACED: [RegExp, string][] = [
	[/\/(l|a)\/[^\s/?#"'<>]+/g, '/$1/[redacted]'],
	[/\beyJ[\w-]{8,}[\w.-]*/g, '[jose]'],
	[/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 [redacted]'],
	[/\b([a-z][a-z0-9+]{1,15}:\/\/)[^\s/@]{1,256}@/gi, '$1[redacted]@'],
	[/[^\s@<>"'=,;:()[\]/]{1,64}@[\p{L}\p{N}-][\p{L}\p{N}.-]{0,252}/gu, '[email]'],
	[/\+\d[\d \-().]{6,18}\d/g, '[phone]']
];

// C0 and C1 controls, line separators, bidirectional and zero-width marks: JSON leaves the later
// ones as they are, and a terminal or a viewer obeys them.
const UNSEEN =
	// eslint-disable-next-line no-control-regex
	/[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Nothing of the above can stand in such a text: names of fields, ids, reasons, routes and methods are
 * most of a log. Figures alone may be the number of a card.
 */
const HARMLESS = /^(?:(?!.*\/[al]\/)(?=.*[a-z])[a-z0-9/-]{1,40}|[A-Z]{1,7})$/;

/** A text as it may be logged: no token, address or number in it, at most 2 KB, nothing unseen. */
export function cleanText(text: string): string {
	if (HARMLESS.test(text)) return text;
	let shown = text.length > MOST_TEXT ? text.slice(0, MOST_TEXT * 2) : text;
	shown = maskCardNumbers(shown);
	for (const [found, placeholder] of REPLACED) shown = shown.replace(found, placeholder);
	if (shown.length > MOST_TEXT || text.length > MOST_TEXT * 2)
		shown = `${shown.slice(0, MOST_TEXT)}… (${text.length} characters)`;
	return shown
		.replace(/\n/g, ' ⏎ ')
		.replace(
			UNSEEN,
			(sign) => `<U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`
		)
		.toWellFormed();
}

/** Any value as it may be logged: bounded in depth and width, errors reduced to what explains them. */
export function cleanValue(value: unknown, depth = 0): unknown {
	if (typeof value === 'string') return cleanText(value);
	if (typeof value === 'bigint') return value.toString();
	if (typeof value === 'function' || typeof value === 'symbol') return undefined;
	if (typeof value !== 'object' || value === null) return value;
	if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
	if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
	if (depth >= MOST_DEPTH) return '[deeper]';
	if (value instanceof Error) return cleanError(value, depth);
	if (Array.isArray(value))
		return value.slice(0, MOST_ENTRIES).map((one) => cleanValue(one, depth + 1));
	return cleanFields(value, depth);
}

/** The fields of an object, without those that are hidden. */
export function cleanFields(value: object, depth = 0): Record<string, unknown> {
	const fields: Record<string, unknown> = {};
	for (const [name, one] of Object.entries(value).slice(0, MOST_ENTRIES))
		fields[cleanText(name)] = HIDDEN.has(name.toLowerCase())
			? '[redacted]'
			: cleanValue(one, depth + 1);
	return fields;
}

/** Class, message, code and stack. A driver's other fields hold rows and parameters. */
function cleanError(error: Error, depth: number): Record<string, unknown> {
	const { name, message, stack, cause } = error;
	const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
	return {
		type: cleanText(name),
		message: cleanText(message),
		...(code !== undefined && { code: cleanText(code) }),
		// The message leads the stack; a message of many lines would be there again.
		...(stack && { stack: cleanText(stack.replace(message, '')) }),
		...(cause !== undefined && { cause: cleanValue(cause, depth + 1) })
	};
}
