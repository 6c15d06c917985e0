import { z } from 'zod';
import { readEmail } from '../../contracts/contacts.ts';
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

/** Where a provider is reached; paths come from its SDK. */
export const baseUrl = read((text) => {
	if (!URL.canParse(text)) return { problem: 'is no URL' };
	const url = new URL(text);
	if (!['https:', 'http:'].includes(url.protocol)) return { problem: 'is neither https nor http' };
	return `${url.origin}/` === url.href
		? { value: url.origin }
		: { problem: 'has more than scheme, host and port' };
});

/** Texts of one form, separated by commas, each once. */
export const listOf = (form: RegExp, most: number, problem: string) =>
	read((text) => {
		const value = text.split(',').map((one) => one.trim());
		const fits = value.length <= most && new Set(value).size === value.length;
		return fits && value.every((one) => form.test(one)) ? { value } : { problem };
	});

export const smtpUrl = read((text) => {
	const url = /^smtps?:\/\//.test(text) && URL.canParse(text) ? new URL(text) : null;
	if (!url?.hostname) return { problem: 'is no smtp:// or smtps:// URL' };
	return url.search ? { problem: 'has options behind a question mark' } : { value: text };
});

export const mailAddress = read((text) => {
	const address = readEmail(text);
	return 'email' in address ? { value: address.email } : { problem: address.problem };
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
