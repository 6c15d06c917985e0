/**
 * The words around what a workflow says: texts are data, one file a language. English is the set of
 * keys; `tests/core/texts.test.ts` holds the other languages to it.
 */
import ar from './ar.json' with { type: 'json' };
import de from './de.json' with { type: 'json' };
import en from './en.json' with { type: 'json' };

export type TextKey = keyof typeof en;
export type Words = (key: TextKey, values?: Record<string, string | number>) => string;

/** Language → its texts. A further language is a further file and a line here. */
export const TEXTS: Record<string, Record<TextKey, string>> = { en, de, ar };

/** `de-AT` is read from `de`; a language without a file is read from English. */
export const spoken = (language: string): string => {
	const primary = language.toLowerCase().split('-')[0] ?? 'en';
	return Object.hasOwn(TEXTS, primary) ? primary : 'en';
};

/** The texts of one language; `{name}` is replaced by `values.name`. */
export function wordsIn(language: string): Words {
	const texts = TEXTS[spoken(language)] ?? en;
	return (key, values = {}) =>
		texts[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Narrows a string from a form or an address to a text key, or `undefined`. */
export const textKey = (key: string): TextKey | undefined =>
	Object.hasOwn(en, key) ? (key as TextKey) : undefined;
