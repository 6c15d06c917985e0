import { describe, expect, it } from 'vitest';
import { offer, openLink, verifyVisit, type Visit } from '../../src/lib/domain/identity/proofs.ts';
import { ASSURANCES, type Assurance, atLeast } from '../../src/lib/domain/workflow/document.ts';

const visit = (assurance: Assurance): Visit =>
	({
		id: 'v',
		caseId: 'c',
		linkHash: 'h',
		customerHash: 'u',
		assurance,
		language: 'en',
		workflow: { key: 'w', version: 1, document: { actions: { pay: { assurance: 'code' } } } }
	}) as unknown as Visit;

const verdict = { action: 'pay', eligible: true, ruleError: false };

describe('a link', () => {
	const expiresAt = new Date('2030-05-01T12:00:00Z');
	const link = { hash: 'h', caseId: 'c', expiresAt, endedAt: null };
	const at = (seconds: number) => new Date(expiresAt.getTime() + seconds * 1000);

	it('A4: opens until one second before its end and not at its end', () => {
		expect(openLink(link, at(-1))).toEqual({ ok: true, value: { hash: 'h', caseId: 'c' } });
		expect(openLink(link, at(0))).toEqual({ ok: false, reason: 'link-expired' });
		expect(openLink(link, at(1))).toEqual({ ok: false, reason: 'link-expired' });
	});

	it('A5: does not open once it was revoked or superseded', () => {
		expect(openLink({ ...link, endedAt: at(-60) }, at(-1))).toEqual({
			ok: false,
			reason: 'link-ended'
		});
	});
});

describe('the proofs of the path', () => {
	it('F4: a visit is verified exactly when its assurance reaches the need, and never by a link', () => {
		for (const have of ASSURANCES)
			for (const need of ASSURANCES)
				expect(verifyVisit(visit(have), need).ok).toBe(have !== 'link' && atLeast(have, need));
	});

	it('a verified visit cannot be raised by writing to it', () => {
		const verified = verifyVisit(visit('known-facts'), 'known-facts');
		if (!verified.ok) throw new Error(verified.reason);
		expect(() => {
			(verified.value as { assurance: Assurance }).assurance = 'code-and-facts';
		}).toThrow(TypeError);
	});

	it('F4: an action is offered only with its own assurance, whatever the page asked for', () => {
		const [low, high] = [
			verifyVisit(visit('known-facts'), 'known-facts'),
			verifyVisit(visit('code'), 'code')
		];
		if (!low.ok || !high.ok) throw new Error('visit');
		expect(offer(low.value, verdict)).toEqual({ ok: false, reason: 'assurance-too-low' });
		expect(offer(high.value, verdict)).toMatchObject({ ok: true, value: { action: 'pay' } });
	});

	it('an action that is not eligible, not evaluated or not in the workflow is never offered', () => {
		const high = verifyVisit(visit('code-and-facts'), 'code');
		if (!high.ok) throw new Error('visit');
		for (const wrong of [
			{ ...verdict, eligible: false },
			{ ...verdict, ruleError: true },
			{ ...verdict, action: 'other' },
			{ ...verdict, action: 'constructor' }
		])
			expect(offer(high.value, wrong)).toEqual({ ok: false, reason: 'not-eligible' });
	});

	it('cannot be made by hand', () => {
		// @ts-expect-error a plain visit is no VerifiedVisit: this line must not compile
		expect(() => offer(visit('code'), verdict)).not.toThrow();
	});
});
