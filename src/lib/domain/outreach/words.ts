/**
 * What an answer to one of our messages means. `maybe-stop` reads like an opt-out and is on no list:
 * any reasonable wording counts as one, so a person decides, and nothing is sent until then.
 */
export const WORDS = ['stop', 'start', 'help', 'maybe-stop', 'text'] as const;
export type Word = (typeof WORDS)[number];

const STOP = new Set([
	...['stop', 'stopall', 'unsubscribe', 'cancel', 'end', 'quit', 'revoke', 'optout'],
	// What carriers' lists take in the languages of the pages.
	...['stopp', 'abmelden', 'الغاء', 'إلغاء', 'توقف']
]);
const START = new Set(['start', 'yes', 'unstop']);
const HELP = new Set(['help', 'info', 'hilfe', 'مساعدة']);

/** Phrases anywhere in a text that somebody writes who wants no more messages. */
const LIKE_STOP = [
	/\b(stop|quit|cease|no more|don'?t|do not|never|unsubscribe|opt[ -]?out|remove me|leave me alone)\b.*\b(messag|text|sms|send|contact|writ|mail|list)/,
	/\b(unsubscribe|opt[ -]?(me )?out|leave me alone|remove me|take me off|wrong number|stop)\b/,
	/\b(keine|nie|nicht)\b.*\b(nachricht|sms|mehr schreiben|kontaktieren|mails?)/,
	/\b(abbestellen|abmelden|austragen|lassen sie mich in ruhe|falsche nummer|aufhören)\b/,
	/(لا ترسل|توقف عن|أوقف|اوقف|رقم خطأ|إلغاء الاشتراك|الغاء الاشتراك)/
];

/** More than this of a text is not looked at: what means an opt-out says so at once. */
const MOST_READ = 400;

/** Lower case, one space between words, no mark at either end, and no sign that is not seen. */
const plain = (text: string): string =>
	text
		.slice(0, MOST_READ)
		.normalize('NFKC')
		.replace(/[\p{Cf}\p{M}]/gu, '')
		.toLowerCase()
		.replace(/[’‘]/g, "'")
		.replace(/\s+/g, ' ')
		.replace(/^[\s\p{P}\p{S}]+|[\s\p{P}\p{S}]+$/gu, '');

/**
 * @param told what the provider made of it already (Twilio's `OptOutType`): that goes before
 */
export function readWord(text: string, told?: 'STOP' | 'START' | 'HELP'): Word {
	if (told) return ({ STOP: 'stop', START: 'start', HELP: 'help' } as const)[told];
	const said = plain(text);
	// "STOP ALL", "opt-out": the words of the list as people space them.
	const joined = said.replace(/[ -]/g, '');
	if (STOP.has(said) || STOP.has(joined)) return 'stop';
	if (START.has(said)) return 'start';
	if (HELP.has(said)) return 'help';
	return LIKE_STOP.some((phrase) => phrase.test(said)) ? 'maybe-stop' : 'text';
}
