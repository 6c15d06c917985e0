import { fail, ok, type Result } from '../result.ts';

/** What a text must look like: a pattern that was read, with everything known about its cost. */
export interface Pattern {
	/** The whole text, from its first character to its last. */
	fits: (text: string) => boolean;
	/** It asks for digits somewhere: digits of other scripts are then read as 0 to 9. */
	digits: boolean;
	/** The fewest and the most characters that can fit. */
	shortest: number;
	longest: number;
}

/** Why a pattern is refused, for whoever wrote it. */
export interface PatternFault {
	message: string;
	cure: string;
}

/** As long as an input may be. */
const MOST_CHARACTERS = 1_000;
/** Each way is walked at most once a text, and no further than the pattern is long. */
const MOST_WAYS = 1_000;

/** A piece as a regular expression, its lengths, and in how many ways one text can be read by it. */
interface Piece {
	source: string;
	least: number;
	most: number;
	ways: number;
	digits: boolean;
}

class Refused extends Error {
	readonly fault: PatternFault;
	constructor(message: string, cure: string) {
		super(message);
		this.fault = { message, cure };
	}
}
const refuse = (message: string, cure: string): never => {
	throw new Refused(message, cure);
};

const one = (source: string, digits = false): Piece => ({
	source,
	least: 1,
	most: 1,
	ways: 1,
	digits
});
const literal = (char: string): string => `\\u{${char.codePointAt(0)!.toString(16)}}`;
const isDigit = (char: string): boolean => char >= '0' && char <= '9';

/**
 * Reads a pattern of the part of regular expressions that RE2 has, too, and that ends soon on any
 * text: characters, classes such as `[A-Z0-9]`, `\d`, `\p{L}`, groups `(?:a|b)`, and repeats with a
 * bound: `?`, `{5}`, `{2,8}`. It always stands for the whole text. Fails with `bad-pattern`: what is
 * not allowed, a repeat without a bound, or so many ways through it that a long text would take long.
 */
export function compilePattern(source: string): Result<Pattern, 'bad-pattern', PatternFault> {
	try {
		const reader = new Reader(source);
		const { ways, most, least, digits, source: read } = reader.whole();
		if (ways > MOST_WAYS)
			refuse(
				'Can be read in too many ways',
				'Use fewer repeats of varying length, or a class in the place of alternatives.'
			);
		if (most > MOST_CHARACTERS)
			refuse('Fits texts that are too long', `Repeat less: ${MOST_CHARACTERS} characters at most.`);
		const whole = new RegExp(`^(?:${read})$`, 'u');
		return ok({ fits: (text) => whole.test(text), digits, shortest: least, longest: most });
	} catch (error) {
		if (error instanceof Refused) return fail('bad-pattern', error.fault);
		throw error;
	}
}

class Reader {
	readonly #chars: string[];
	#at = 0;

	constructor(source: string) {
		this.#chars = [...source];
	}

	/** All of it; what is left over is a bracket that nothing has opened. */
	whole(): Piece {
		const piece = this.#alternatives();
		if (this.#peek() !== undefined) refuse('A bracket is closed that was not opened', 'Remove it.');
		if (piece.most === 0) refuse('Fits nothing but an empty text', 'Say what may stand there.');
		return piece;
	}

	#peek = (): string | undefined => this.#chars[this.#at];

	#take(text: string): boolean {
		const found = this.#chars.slice(this.#at, this.#at + text.length).join('') === text;
		if (found) this.#at += text.length;
		return found;
	}

	#alternatives(): Piece {
		const all = [this.#sequence()];
		while (this.#take('|')) all.push(this.#sequence());
		return {
			source: all.map(({ source }) => source).join('|'),
			least: Math.min(...all.map(({ least }) => least)),
			most: Math.max(...all.map(({ most }) => most)),
			ways: all.reduce((sum, { ways }) => sum + ways, 0),
			digits: all.some(({ digits }) => digits)
		};
	}

	#sequence(): Piece {
		const whole: Piece = { source: '', least: 0, most: 0, ways: 1, digits: false };
		for (let next = this.#peek(); next !== undefined && !'|)'.includes(next); next = this.#peek()) {
			const piece = this.#repeated(this.#atom());
			whole.source += piece.source;
			whole.least += piece.least;
			whole.most += piece.most;
			whole.ways *= piece.ways;
			whole.digits ||= piece.digits;
		}
		return whole;
	}

	#atom(): Piece {
		if (this.#take('(?:')) {
			const inner = this.#alternatives();
			if (!this.#take(')')) refuse('A bracket is not closed', 'Write ) where the group ends.');
			return { ...inner, source: `(?:${inner.source})` };
		}
		const char = this.#chars[this.#at++]!;
		if (char === '[') return this.#class();
		if (char === '\\') return this.#escape();
		if (char === '(')
			return refuse(
				'A group that is kept or looks around is not allowed',
				'Write groups as (?:…).'
			);
		if ('*+?{}'.includes(char))
			return refuse(
				`${char} stands where nothing is repeated, or repeats without a bound`,
				'Write how many: {1,20}; a sign itself is written with \\ before it.'
			);
		if ('^$'.includes(char))
			return refuse(`${char} is not needed`, 'Remove it: a pattern stands for the whole text.');
		if (char === '.')
			return refuse('. stands for any character', 'Write \\. for a full stop, or a class.');
		return one(literal(char), isDigit(char));
	}

	/** After the backslash, in or outside a class: a kind of character, or a sign as it is. */
	#escape(): Piece {
		const char = this.#chars[this.#at++];
		if (char === 'd') return one('[0-9]', true);
		if (char === 'p' && this.#take('{L}')) return one('\\p{L}');
		if (char === undefined || /[\p{L}\p{N}]/u.test(char))
			return refuse(
				`\\${char ?? ''} is not allowed`,
				'Use \\d for digits, \\p{L} for letters, or \\ before a sign.'
			);
		return one(literal(char));
	}

	#class(): Piece {
		if (this.#peek() === '^')
			refuse('A class of everything else is not allowed', 'Name what may stand there.');
		let source = '';
		let digits = false;
		while (!this.#take(']')) {
			const from = this.#classChar();
			const to = this.#peek() === '-' && this.#chars[this.#at + 1] !== ']' && this.#rangeEnd();
			source += from.source === '[0-9]' ? '0-9' : from.source;
			digits ||= from.digits;
			if (!to) continue;
			if (!from.char || !to.char || from.char > to.char)
				return refuse('A range runs backwards', 'Write it from the lower to the higher: [0-9].');
			source += `-${to.source}`;
			digits ||= from.char <= '0' && to.char >= '9';
		}
		if (source === '') refuse('A class is empty', 'Name what may stand there: [A-Z0-9].');
		return one(`[${source}]`, digits);
	}

	#rangeEnd() {
		this.#at += 1;
		return this.#classChar();
	}

	/** `char` is missing where it is a kind of character. */
	#classChar(): { source: string; digits: boolean; char?: string } {
		const char = this.#chars[this.#at++];
		if (char === undefined) return refuse('A class is not closed', 'Write ] where it ends.');
		if (char === '[') return refuse('[ stands in a class', 'Write \\[ for the sign itself.');
		if (char !== '\\') return { ...one(literal(char), isDigit(char)), char };
		const sign = this.#peek();
		const { source, digits } = this.#escape();
		return { source, digits, ...(sign && !/[dp]/.test(sign) && { char: sign }) };
	}

	/** The piece with the repeat behind it, if there is one. */
	#repeated(piece: Piece): Piece {
		const [from, to] = this.#bounds();
		if (from === 1 && to === 1) return piece;
		let ways = 0;
		for (let times = from; times <= to; times += 1) ways += piece.ways ** times;
		return {
			source: `${piece.source}{${from},${to}}`,
			least: piece.least * from,
			most: piece.most * to,
			ways,
			digits: piece.digits
		};
	}

	#bounds(): [number, number] {
		if (this.#take('?')) return [0, 1];
		if (this.#peek() !== '{') return [1, 1];
		const rest = this.#chars.slice(this.#at, this.#at + 12).join('');
		const [text, least, comma, most] = /^\{(\d{1,4})(,?)(\d{0,4})\}/.exec(rest) ?? [];
		if (text === undefined || (comma === '' && most !== ''))
			return refuse('{ begins no repeat', 'Write {5} or {2,8}; \\{ for the sign itself.');
		if (comma !== '' && most === '')
			return refuse(`${text} repeats without a bound`, `Write how many at most: {${least},20}.`);
		this.#at += text.length;
		const [from, to] = [Number(least), Number(comma ? most : least)];
		if (to < from || to === 0 || to > MOST_CHARACTERS)
			return refuse(
				`${text} is no repeat`,
				`Write the lower number first, and at most ${MOST_CHARACTERS}.`
			);
		return [from, to];
	}
}
