import { z } from 'zod';
import { textSchema } from './text.ts';

/** The longest text that a provider takes. */
const MOST_TEXT = 1_600;

/** What the audience of the demo writes on a simulated phone; a mail is not answered there. */
export const phoneSaysSchema = z.object({
	/** Keyed hash of the customer, as in the list. */
	handset: z.string().min(1).max(200),
	app: z.enum(['sms', 'whatsapp']),
	text: textSchema(MOST_TEXT).pipe(z.string().min(1))
});
export type PhoneSays = z.output<typeof phoneSaysSchema>;
