import { describe, expect, it } from 'vitest';
import {
	contactKey,
	contactSchema,
	contactsSchema,
	readEmail,
	readPhone
} from '../../src/lib/contracts/contacts.ts';

describe('Q6: phone numbers', () => {
	it.each([
		['+49 151 23456789', undefined, '+4915123456789'],
		['0151 23456789', 'DE', '+4915123456789'],
		['0049 (0)151-234 567 89', 'DE', '+4915123456789'],
		['+1 (415) 555-2671;ext=1', undefined, '+14155552671'],
		['+1 415 555 2671', 'DE', '+14155552671'],
		['415-555-2671', 'US', '+14155552671'],
		['+٤٩١٥١٢٣٤٥٦٧٨٩', undefined, '+4915123456789']
	] as const)('%s of %s is %s', (text, country, phone) => {
		expect(readPhone(text, country)).toEqual({ phone });
	});

	it.each([
		['premium, national', '0900 1234567', 'DE'],
		['premium, international', '+49 900 1234567', undefined],
		['premium, US', '+1 900 555 1234', undefined],
		['shared cost', '0137 1234567', 'DE'],
		['national without a country', '0151 23456789', undefined],
		['a range nobody has', '+1 (555) 123-4567', undefined],
		['text around it', 'call 0151 23456789 now', 'DE'],
		['too short', '+49 151', undefined],
		['empty', '', 'DE'],
		['letters', 'anna', 'DE'],
		['a megabyte', '1'.repeat(1_000_000), 'DE'],
		['a line feed and a header', '+4915123456789\r\nBcc: x', undefined],
		['a NUL', '+49151\u000023456789', undefined]
	] as const)('refuses %s', (_, text, country) => {
		expect(readPhone(text, country)).toHaveProperty('problem');
	});
});

describe('Q6: e-mail addresses', () => {
	it.each([
		['Anna.B+Tag@EXAMPLE.org', 'Anna.B+Tag@example.org'],
		['"john"@example.org', 'john@example.org'],
		['x@Müller.de', 'x@xn--mller-kva.de']
	])('%s is %s', (text, email) => {
		expect(readEmail(text)).toEqual({ email });
	});

	it.each([
		'',
		'@example.org',
		'x',
		'x@',
		'x@localhost',
		'x@1.2.3.4',
		'x@[::1]',
		'x@0x7f.1',
		'a@b@c.org',
		'"a b"@example.org',
		'.a@example.org',
		'a..b@example.org',
		'x@example.org.',
		'x@-a.org',
		'x@exa_mple.org',
		'ü@example.org',
		'x@example.org:25',
		'x@example.org/y',
		'x@example.org\r\nBcc: y@z.org',
		`${'a'.repeat(65)}@example.org`,
		`x@${'a.'.repeat(130)}org`,
		'x@ex\u0000ample.org',
		'x@example.org?y'
	])('refuses %j', (text) => {
		expect(readEmail(text)).toHaveProperty('problem');
	});
});

describe('contacts', () => {
	it('are read by channel, each problem at its own field', () => {
		const read = contactsSchema('DE').safeParse({ sms: '0900 1234567', email: 'nobody' });
		expect(read.error?.issues.map((issue) => issue.path)).toEqual([['sms'], ['email']]);
		expect(contactsSchema('DE').parse({ whatsapp: '0151 23456789' })).toEqual({
			whatsapp: '+4915123456789'
		});
		expect(contactsSchema().safeParse({ fax: '+4915123456789' }).success).toBe(false);
		expect(contactSchema('sms', 'DE').safeParse(4915123456789).success).toBe(false);
	});

	it('have one key for all spellings of one mailbox, and keep tags apart', () => {
		expect(contactKey('email', 'Anna@example.org')).toBe(contactKey('email', 'anna@example.org'));
		expect(contactKey('email', 'a+b@example.org')).not.toBe(contactKey('email', 'a@example.org'));
		expect(contactKey('sms', '+49151')).toBe(contactKey('whatsapp', '+49151'));
	});
});
