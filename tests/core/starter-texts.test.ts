import { describe, expect, test } from 'vitest';
import { evaluateActions, refusedBy } from '../../src/lib/domain/policy/eligibility.ts';
import type { FieldValues } from '../../src/lib/domain/workflow/document.ts';
import { FACTS, MOMENT, STARTERS, starter, type Starter } from './workflow-starters.ts';

const LANGUAGES = ['en', 'de', 'ar'];
const texts = (of: Record<string, string>) => LANGUAGES.map((language) => of[language] ?? '');

describe('before anyone is known', () => {
	/** What only the customer is to hear: that something is owed, failed, or still open. */
	const PERSONAL =
		/\b(pay|payment|paid|owe|due|overdue|invoice|open|instalment|fail)|zahl|rechnung|offen|rate\b|schuld|fällig|دفع|فاتورة|مستحق|قسط|سداد|تسدد/i;

	test.each(STARTERS)('%s says nothing of the case, in the page and above the mail', (name) => {
		const { landing, templates } = starter(name).document;
		for (const of of [landing.heading, landing.body, ...Object.values(templates).map(subjectOf)])
			for (const text of texts(of)) {
				expect(text).not.toBe('');
				expect(text).not.toMatch(PERSONAL);
			}
	});

	const subjectOf = ({ subject }: { subject?: Record<string, string> }) => subject ?? {};
});

describe('what is not offered', () => {
	/** Words by which a text sends somebody to an action. */
	const POINTS: Record<string, RegExp> = {
		'pay-later': /later day|name a day|einen Tag|späteren Tag|حدد يوما/,
		'pay-part': /pay a part|Teil zahlen|ادفع جزءا/,
		plan: /instalments|Raten|أقساط/,
		'plan-long': /12 instalments|12 Raten|12 قسطا/,
		'pay-now': /pay now|pay the whole|zahlen Sie jetzt|ganzen Betrag|ادفع/i
	};
	const WORST: [Starter, FieldValues][] = [
		['collections-plan', { plan_allowed: false, broken_promises: 4 }],
		['collections-plan', { vulnerable: true, broken_promises: 1 }],
		['collections-plan', { broken_promises: 2 }],
		['collections-plan', { plan_instalments: 6, broken_promises: 4 }],
		['failed-payment', { part_allowed: false, broken_promises: 4 }],
		['failed-payment', { part_allowed: false, vulnerable: true }]
	];

	test.each(WORST)('%s with %j: no cure leads to what is refused, too', (name, more) => {
		const compiled = starter(name);
		const verdicts = evaluateActions(compiled, {
			...MOMENT,
			facts: { ...FACTS[name], ...more }
		});
		const refused = verdicts.filter(({ eligible }) => !eligible);
		expect(refused.length).toBeGreaterThan(1);
		const misleading = refused
			.flatMap((verdict) => texts(refusedBy(compiled, verdict)?.cure ?? {}))
			.flatMap((cure) =>
				refused.flatMap(({ action }) => (POINTS[action]?.test(cure) ? `${cure} → ${action}` : []))
			);
		expect(misleading).toEqual([]);
	});

	test.each(STARTERS)('%s counts nothing that the record counts otherwise', (name) => {
		const reasons = Object.values(starter(name).document.actions).flatMap(({ clauses }) =>
			clauses.filter(({ id }) => id === 'promises-kept').flatMap(({ reason }) => texts(reason))
		);
		for (const reason of reasons) expect(reason).not.toMatch(/\btwo\b|\bzwei\b|موعدان/i);
	});
});

describe('once it is booked', () => {
	test.each(STARTERS)('%s calls nothing paid that is only to be collected or promised', (name) => {
		for (const { booked, review } of Object.values(starter(name).document.actions))
			for (const text of [...texts(booked), ...review.lines.flatMap(({ label }) => texts(label))])
				expect(text).not.toMatch(/\bpaid\b|pay now|bezahlt|jetzt|تم دفع|الآن/i);
	});

	test('no message is promised that the workflow does not send', () => {
		const { actions } = starter('address-update').document;
		const { review } = actions['change-address']!;
		for (const text of texts(review.consequence))
			expect(text).not.toMatch(/contact point|Kontaktweg|وسائل الاتصال/);
	});
});
