import type { OutgoingMessage } from './port.ts';

/** Anything that would begin another header, or end them all (case H5). */
const BREAKS = /[\r\n\0]/;

/** True when a header of this mail would hold more than one line. */
export const breaksHeaders = ({
	to,
	subject,
	sender,
	unsubscribe = ''
}: OutgoingMessage): boolean =>
	[to, subject, sender, unsubscribe].some((text) => BREAKS.test(text));

/**
 * What stands in the head of a mail beside its sender, subject and recipient. RFC 8058 is for what
 * we begin: nobody unsubscribes from a code that they asked for.
 */
export const headersOf = ({ unsubscribe }: OutgoingMessage): Record<string, string> => ({
	// Nobody's absence note shall answer it.
	'Auto-Submitted': 'auto-generated',
	...(unsubscribe && {
		'List-Unsubscribe': `<${unsubscribe}>`,
		'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click'
	})
});
