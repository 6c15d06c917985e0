import { messageValue } from './text.ts';

const PLACEHOLDER = /\{([A-Za-z][A-Za-z0-9_]*)\}/g;

/** Names in `{…}`, each once. */
export const placeholders = (text: string): string[] => [
	...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1]!))
];

/** A brace that opens or closes no placeholder would be shown to the customer as it stands. */
export const hasStrayBrace = (text: string): boolean => /[{}]/.test(text.replace(PLACEHOLDER, ''));

/**
 * Puts values in the place of `{name}`. One pass: a value that looks like a placeholder stays as it
 * is. An unknown name stays visible; publishing refuses such a text.
 */
export const fillTemplate = (text: string, values: Record<string, string>): string =>
	text.replace(PLACEHOLDER, (whole, name: string) =>
		Object.hasOwn(values, name) ? values[name]! : whole
	);

/** Placeholders that we fill ourselves; everything else comes from records and is cleaned. */
const OWN_PLACEHOLDERS = ['link', 'code', 'minutes', 'brand', 'until'] as const;

const isOwn = (name: string): boolean => (OWN_PLACEHOLDERS as readonly string[]).includes(name);

/**
 * A message ready to send: like `fillTemplate`, but values from records lose links, line breaks and
 * invisible characters, and the no-break spaces of `Intl` become plain ones (a single one of them
 * turns an SMS to UCS-2 and doubles its price).
 */
export function messageText(text: string, values: Record<string, string>): string {
	const clean = Object.entries(values).map(([name, value]) => [
		name,
		isOwn(name) ? value : messageValue(value)
	]);
	return fillTemplate(text, Object.fromEntries(clean) as Record<string, string>).replace(
		/[\u00a0\u202f]/g,
		' '
	);
}
