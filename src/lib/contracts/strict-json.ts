/** JSON as people may have meant two things by it is refused; see `parseStrictJson`. */
export type StrictJson = { ok: true; value: unknown } | { ok: false; problem: string };

/** No document of ours nests deeper than 4. */
const MOST_DEPTH = 20;
/** A double keeps 17 significant digits apart; further ones would vanish without a word. */
const MOST_DIGITS = 17;

/** Tokens that matter: strings, numbers and what opens, closes or parts. The text is valid JSON already. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[{}[\]:,]/g;

interface Level {
	/** Keys so far; `null` in an array. */
	keys: Set<string> | null;
	expectsKey: boolean;
}

/**
 * Parses JSON and refuses what `JSON.parse` would settle silently: a key that stands twice (the last
 * would win), a number that is infinite or has more digits than can be kept, a key `__proto__`,
 * nesting deeper than 20. `-0` becomes `0`. Problems name keys, never values (case Q2).
 *
 * The grammar is left to `JSON.parse`; one more pass over the tokens finds the rest.
 */
export function parseStrictJson(text: string): StrictJson {
	let negativeZero = false;
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return { ok: false, problem: 'is not JSON' };
	}
	const levels: Level[] = [];
	for (const [token] of text.matchAll(TOKEN)) {
		const level = levels.at(-1);
		if (token === '{' || token === '[') {
			const isObject = token === '{';
			levels.push({ keys: isObject ? new Set() : null, expectsKey: isObject });
			if (levels.length > MOST_DEPTH)
				return { ok: false, problem: `is nested deeper than ${MOST_DEPTH}` };
		} else if (token === '}' || token === ']') levels.pop();
		else if (token === ',' && level) level.expectsKey = level.keys !== null;
		else if (token.startsWith('"') && level?.expectsKey) {
			const problem = keyProblem(level, JSON.parse(token) as string);
			if (problem) return { ok: false, problem };
		} else if (/^[-\d]/.test(token)) {
			const problem = numberProblem(token);
			if (problem) return { ok: false, problem };
			negativeZero ||= Object.is(Number(token), -0);
		}
	}
	return { ok: true, value: negativeZero ? withoutNegativeZero(value) : value };
}

function keyProblem(level: Level, key: string): string | null {
	level.expectsKey = false;
	const shown = JSON.stringify(key.slice(0, 60));
	if (key === '__proto__') return `has a key ${shown}`;
	if (level.keys?.has(key)) return `has the key ${shown} twice`;
	level.keys?.add(key);
	return null;
}

function numberProblem(token: string): string | null {
	if (!Number.isFinite(Number(token))) return 'has a number that is too large';
	const digits = token
		.replace(/[eE].*$/, '')
		.replace(/[-.]/g, '')
		.replace(/^0+|0+$/g, '');
	return digits.length > MOST_DIGITS ? `has a number of more than ${MOST_DIGITS} digits` : null;
}

function withoutNegativeZero(value: unknown): unknown {
	if (Object.is(value, -0)) return 0;
	if (Array.isArray(value)) return value.map(withoutNegativeZero);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(
		Object.entries(value).map(([key, member]) => [key, withoutNegativeZero(member)])
	);
}
