const names = new Map<string, string>();

/** A language's name in itself: `العربية`. */
export function ownName(language: string): string {
	let name = names.get(language);
	if (name === undefined) {
		name = new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language;
		name = name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
		names.set(language, name);
	}
	return name;
}
