import { z } from 'zod';
import { inWords } from '../../contracts/problem.ts';
import { fromBase64url } from '../crypto/base64url.ts';
import { type Keyring, parseKeyring } from '../crypto/keyring.ts';

/** Schemas from the text of a variable to its value. No message repeats the text: it may be secret. */
const read = <Value>(reader: (text: string) => { value: Value } | { problem: string }) =>
	z.string().transform((text, context): Value => {
		const found = reader(text);
		if ('value' in found) return found.value;
		context.addIssue({ code: 'custom', message: found.problem });
		return z.NEVER;
	});

export const nonEmpty = z.string().min(1);

export const integer = (least: number, most: number) =>
	read((text) => {
		const value = Number(text);
		return /^\d{1,9}$/.test(text) && value >= least && value <= most
			? { value }
			: { problem: `is not a whole number from ${least} to ${most}` };
	});

export const flag = (yes: string, no: string) =>
	read((text) =>
		text === yes || text === no ? { value: text === yes } : { problem: `is not ${yes} or ${no}` }
	);

/** Scheme, host and port. Twilio calls back no host with an underscore. */
export const origin = read((text) => {
	if (!URL.canParse(text)) return { problem: 'is no URL' };
	const url = new URL(text);
	if (url.protocol !== 'https:' && url.protocol !== 'http:')
		return { problem: 'is neither https nor http' };
	if (`${url.origin}/` !== url.href) return { problem: 'has more than scheme, host and port' };
	if (url.hostname.includes('_')) return { problem: 'has an underscore in its host name' };
	return { value: url.origin };
});

export const postgresUrl = read((text) =>
	/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)
		? { value: text }
		: { problem: 'is no postgres:// URL' }
);

export const keyring = read<Keyring>((text) => {
	const parsed = parseKeyring(text);
	return parsed.ok ? { value: parsed.value } : { problem: `is not right: ${parsed.detail}` };
});

export const lookupKey = read<Uint8Array>((text) => {
	const key = fromBase64url(text);
	return key?.length === 32 ? { value: key } : { problem: 'is not base64url of exactly 32 bytes' };
});

/** JSON text that a schema reads further; a problem names the place in it. */
export const json = <Output>(schema: z.ZodType<Output>) =>
	z.string().transform((text, context): Output => {
		let value: unknown;
		try {
			value = JSON.parse(text);
		} catch {
			// The parser's own message repeats a part of the text.
			context.addIssue({ code: 'custom', message: 'is not JSON' });
			return z.NEVER;
		}
		const parsed = schema.safeParse(value, { error: inWords });
		if (parsed.success) return parsed.data;
		for (const issue of parsed.error.issues)
			context.addIssue({
				code: 'custom',
				message: `at ${issue.path.join('.') || 'the top'}: ${issue.message}`
			});
		return z.NEVER;
	});
