import type { Channel } from '../../domain/workflow/document.ts';

/** A simulated handset in the list. */
export interface HandsetEntry {
	id: string;
	/** The customer's name, else their reference. */
	label: string;
	/** The channel of the latest message, whom it came from, and how it begins. */
	channel: Channel;
	sender: string;
	preview: string;
	/** Which way the preview runs. */
	direction: 'ltr' | 'rtl';
	/** How many each app has. */
	messages: Record<Channel, number>;
	/** When the latest message came. */
	latest: Date | string;
}

export interface HandsetMessage {
	id: string;
	channel: Channel;
	at: Date | string;
	/** The brand it comes from. */
	sender: string;
	/** For a mail. */
	subject: string;
	/** Plain text, its BCP-47 tag, and which way it runs: a brand in Latin letters may begin it. */
	body: string;
	language: string;
	direction: 'ltr' | 'rtl';
}

export interface Handset {
	id: string;
	label: string;
	messages: HandsetMessage[];
	/** What the customer wrote back. */
	replies: { id: string; channel: Channel; at: Date | string; body: string }[];
}

/** The three apps of the simulated phone. */
export const APPS: { channel: Channel; name: string; sign: string }[] = [
	{
		channel: 'sms',
		name: 'Messages',
		sign: 'M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-9l-5 4v-4H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z'
	},
	{
		channel: 'whatsapp',
		name: 'WhatsApp',
		sign: 'M12 2a10 10 0 0 0-8.7 14.9L2 22l5.2-1.3A10 10 0 1 0 12 2zM7 11h2v2H7zm4 0h2v2h-2zm4 0h2v2h-2z'
	},
	{
		channel: 'email',
		name: 'Mail',
		sign: 'M4 5h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zm0 2.5V9l8 5 8-5V7.5l-8 5z'
	}
];

/** How many colours a face can have: see `face.svelte`. */
const COLOURS = 8;

/** Two letters and the number of a colour, always the same for a name; a reference gives its last digits. */
export function faceOf(name: string): { letters: string; colour: number } {
	const words = name.split(/[\s-]+/).filter((word) => /^\p{L}/u.test(word));
	const digits = /\d{1,2}$/.exec(name)?.[0];
	const ends = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
	const letters = digits ?? ends.map((word) => [...word][0]).join('');
	let sum = 0;
	for (const char of name) sum = (sum * 31 + char.codePointAt(0)!) % 9_973;
	return { letters: letters.toUpperCase(), colour: sum % COLOURS };
}

/** `14:05` today, `3 Mar` before, in the reader's own zone. */
export function clock(at: Date | string, now = new Date()): string {
	const date = new Date(at);
	const today = date.toDateString() === now.toDateString();
	return today
		? date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
		: date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
}
