import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchFacts, normaliseFact } from '../../src/lib/domain/identity/known-facts.ts';
import { maskContact, maskEmail, maskPhone } from '../../src/lib/domain/identity/masks.ts';

const hash = (value: string) => createHmac('sha256', 'key').update(value).digest('base64url');

describe('known facts are compared as people mean them', () => {
	it.each([
		['text', 'Straße', 'STRASSE'],
		['text', 'Müller', 'Mueller'],
		['text', 'Mu\u0308ller', 'MÜLLER'],
		['text', 'O’Brien-Smith', 'obrien smith'],
		['text', 'Élodie', 'elodie'],
		['text', 'ＡＢ－１２３', 'ab 123'],
		['text', '١٢٣ ٤٥', '12345'],
		['choice', 'Credit-Card', 'credit card'],
		['integer', 4711, ' 4 711 '],
		['integer', '0815', '815'],
		['money', 1_234_567, '12.345,67'],
		['money', 1_234_567, "12'345.67"],
		['date', '1980-04-12', '12.4.1980'],
		['date', '1980-04-12', '12/04/1980'],
		['date', '1980-04-12', '19800412'],
		['date', '1980-04-12', '1980-4-12'],
		['date', '1980-04-12', '12. 4. 1980'],
		['date', '1980-04-12', '١٢-٠٤-١٩٨٠'],
		['date', '1980-04-12', '۱۲/۰۴/۱۹۸۰'],
		['date', '1980-04-12', '\u200f١٢/٤/١٩٨٠\u200f'],
		['date', '1980-04-12', '12–04–1980'],
		['text', '10115', '۱۰۱۱۵'],
		['text', '10115', '١٠١\u00a0١٥'],
		['integer', 4711, '٤٬٧١١'],
		['money', 1_234_567, '١٢٬٣٤٥٫٦٧'],
		['boolean', true, 'TRUE']
	] as const)('%s %j equals %j', (type, stored, typed) => {
		expect(normaliseFact(type, stored)).not.toBe('');
		expect(normaliseFact(type, typed)).toBe(normaliseFact(type, stored));
	});

	it.each([
		['text', 'Meier', 'Meyer'],
		['integer', 12, '21'],
		['integer', 12, '-12'],
		['money', 1200, '12'],
		['date', '1980-04-12', '1980-12-04']
	] as const)('%s %j differs from %j', (type, stored, typed) => {
		expect(normaliseFact(type, typed)).not.toBe(normaliseFact(type, stored));
	});

	it.each([
		['date', '31.2.1980'],
		['date', '12.4.80'],
		['date', 'yesterday'],
		['date', '0-0-0'],
		['integer', '1e3'],
		['integer', ''],
		['text', ' -./ '],
		['text', '\u0000']
	] as const)('%s %j means nothing', (type, typed) => {
		expect(normaliseFact(type, typed)).toBe('');
	});

	it('normalising again changes nothing, and no text makes it throw or linger', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
				for (const type of ['text', 'integer', 'money', 'date', 'choice', 'boolean'] as const) {
					const once = normaliseFact(type, text);
					if (type !== 'text') expect(normaliseFact(type, once)).toBe(once);
				}
			})
		);
		const started = performance.now();
		for (const type of ['text', 'integer', 'money', 'date'] as const)
			for (const text of ['9'.repeat(50_000), '1. '.repeat(20_000), ' -'.repeat(25_000)])
				normaliseFact(type, text);
		expect(performance.now() - started).toBeLessThan(500);
	});
});

describe('matching known facts', () => {
	const expected = { birthday: '1980-04-12', postcode: '10115' };

	it('needs every fact', () => {
		expect(matchFacts(expected, { ...expected }, hash)).toBe(true);
		expect(matchFacts(expected, { ...expected, postcode: '10116' }, hash)).toBe(false);
		expect(matchFacts(expected, { postcode: '10115' }, hash)).toBe(false);
		expect(matchFacts(expected, { birthday: '10115', postcode: '1980-04-12' }, hash)).toBe(false);
	});

	it('never matches on nothing', () => {
		expect(matchFacts({}, {}, hash)).toBe(false);
		expect(matchFacts({ postcode: '' }, { postcode: '' }, hash)).toBe(false);
		expect(matchFacts({ postcode: '' }, {}, hash)).toBe(false);
		expect(matchFacts({ toString: 'x' }, {}, hash)).toBe(false);
	});

	it('C10: compares every fact, whichever is wrong', () => {
		const compared = (given: Record<string, string>) => {
			let calls = 0;
			matchFacts(expected, given, (value) => (calls++, hash(value)));
			return calls;
		};
		const all = compared(expected);
		expect(all).toBe(4);
		const wrongs: Record<string, string>[] = [
			{},
			{ birthday: 'x' },
			{ ...expected, birthday: 'x' },
			{ postcode: 'x' }
		];
		for (const wrong of wrongs) expect(compared(wrong)).toBe(all);
	});
});

describe('masks', () => {
	it.each([
		['+4915112345621', '+49 ••• ••21'],
		['+14155552671', '+1 ••• ••71'],
		['+79161234567', '+7 ••• ••67'],
		['+442079460018', '+44 ••• ••18'],
		['+35312345678', '+353 ••• ••78'],
		['+971501234599', '+971 ••• ••99']
	])('%s shows as %s', (phone, mask) => {
		expect(maskPhone(phone)).toBe(mask);
	});

	it.each([
		['anna@example.org', 'a•••@e•••.org'],
		['a@b.co.uk', 'a•••@b•••.uk'],
		['\u{1F600}x@xn--mller-kva.de', '\u{1F600}•••@x•••.de']
	])('%s shows as %s', (email, mask) => {
		expect(maskEmail(email)).toBe(mask);
	});

	it('show two digits of a number at most, whatever its channel', () => {
		fc.assert(
			fc.property(fc.stringMatching(/^[1-9][0-9]{9,14}$/), (digits) => {
				const shown = maskContact('whatsapp', `+${digits}`).split(' ').slice(1).join('');
				expect(shown.replace(/\D/g, '')).toHaveLength(2);
			})
		);
	});
});
