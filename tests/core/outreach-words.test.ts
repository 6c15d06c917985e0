import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readWord } from '../../src/lib/domain/outreach/words.ts';

test.each([
	'STOP',
	'stop',
	' Stop. ',
	'STOPALL',
	'stop all',
	'Unsubscribe',
	'CANCEL',
	'END',
	'quit',
	'REVOKE',
	'opt-out',
	'OPT OUT',
	'Stopp!',
	'توقف',
	'ST\u200bOP'
])('"%s" stops', (text) => {
	expect(readWord(text)).toBe('stop');
});

test.each([
	['START', 'start'],
	['Yes', 'start'],
	['unstop', 'start'],
	['HELP', 'help'],
	['Hilfe?', 'help'],
	['please stop texting me', 'maybe-stop'],
	["Don't send me any more messages", 'maybe-stop'],
	['Take me off your list', 'maybe-stop'],
	['wrong number', 'maybe-stop'],
	['Bitte keine Nachrichten mehr', 'maybe-stop'],
	['لا ترسل لي رسائل', 'maybe-stop'],
	['I paid this last week', 'text'],
	['When does the bus reach the end of the line', 'text'],
	['', 'text']
])('"%s" means %s', (text, word) => {
	expect(readWord(text)).toBe(word);
});

test('what the provider made of it goes before what it says', () => {
	expect(readWord('no thanks', 'STOP')).toBe('stop');
	expect(readWord('stop', 'HELP')).toBe('help');
});

test('H10: any text is read at once', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
			expect(['stop', 'start', 'help', 'maybe-stop', 'text']).toContain(readWord(text));
		})
	);
	const started = performance.now();
	for (const long of ['stop '.repeat(10_000), "don't ".repeat(9_000), 'nicht '.repeat(9_000)])
		readWord(long);
	expect(performance.now() - started).toBeLessThan(200);
});
