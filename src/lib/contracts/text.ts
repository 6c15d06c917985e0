import { z } from 'zod';

// PostgreSQL's text refuses U+0000 and a lone surrogate would be stored as U+FFFD without a word:
// both are refused here, where the field still has a name.
const refused = (text: string) => text.includes('\u0000') || !text.isWellFormed();

/** Text of at most `max` characters that can be stored exactly as it came, trimmed. */
export const textSchema = (max: number) =>
	z
		.string()
		.max(max)
		.refine((text) => !refused(text), 'must not contain U+0000 or half of a surrogate pair')
		.trim();
