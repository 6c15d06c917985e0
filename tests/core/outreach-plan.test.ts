import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CaseState, fold, NEW_CASE } from '../../src/lib/domain/case/state.ts';
import { agreedChannels } from '../../src/lib/domain/outreach/consent.ts';
import { capsOf, countedIn } from '../../src/lib/domain/outreach/caps.ts';
import { hoursOf, isOpen } from '../../src/lib/domain/outreach/hours.ts';
import { planStep, RULES, type Situation } from '../../src/lib/domain/outreach/plan.ts';
import { CHANNELS, type Outreach } from '../../src/lib/domain/workflow/document.ts';

const HOUR = 3_600_000;
const NOON = Date.parse('2026-11-20T11:00:00Z');
const NIGHT = Date.parse('2026-11-20T22:00:00Z');

const outreach: Outreach = {
	consent: { basis: 'contract' },
	steps: [
		{ id: 'invitation', channels: ['sms', 'email'], template: 'invitation' },
		{ id: 'reminder', channels: ['email', 'sms'], template: 'r', afterHours: 48, stop: ['visited'] }
	]
};
const base: Situation = {
	now: NOON,
	outreach,
	step: outreach.steps[1]!,
	dueAt: NOON - HOUR,
	asked: false,
	state: NEW_CASE,
	contacts: { sms: '+4917604069001', email: 'a@example.org' },
	suppressed: new Map(),
	agreed: undefined,
	zones: { zones: ['Europe/Berlin'], from: 'workflow' },
	sent: [],
	limits: true,
	off: []
};
const plan = (change: Partial<Situation>) => planStep({ ...base, ...change });
const visited = fold(NEW_CASE, [{ type: 'visit-started' }]);
const received = fold(visited, [
	{ type: 'submission-received', submission: 's', action: 'a', assurance: 'code', reference: 'r' }
]);
const withPerson: CaseState = {
	...NEW_CASE,
	stage: 'with-person',
	exceptions: [{ id: 'e', type: 't', breakpoint: 'identity', dueAt: '2026-11-21T10:00:00.000Z' }]
};

describe('the next step', () => {
	test('goes on the first open channel of its own preference', () => {
		expect(plan({})).toMatchObject({ do: 'send', chosen: { channel: 'email' } });
	});

	test.each<[string, Partial<Situation>, object]>([
		[
			'before its time waits for it',
			{ dueAt: NOON + HOUR },
			{ do: 'hold', why: 'not-due', until: NOON + HOUR }
		],
		[
			'is held for an hour while outreach is switched off, also where no channel is open',
			{ off: ['outreach'], contacts: {} },
			{ do: 'hold', why: 'switched-off', until: NOON + HOUR }
		],
		[
			'is held while its template is paused on the channel that it would take',
			{ off: ['template:email:r'] },
			{ do: 'hold', why: 'filtered', until: NOON + HOUR }
		],
		[
			'goes where only another channel, template or action is off',
			{ off: ['template:sms:r', 'template:email:invitation', 'action:pay'] },
			{ do: 'send' }
		],
		[
			'at night waits for the morning',
			{ now: NIGHT },
			{ do: 'hold', why: 'hours', until: NIGHT + 9 * HOUR }
		],
		[
			'within a day of another waits for the day to end',
			{ sent: [NOON - 23 * HOUR] },
			{ do: 'hold', why: 'cap-day', until: NOON + HOUR }
		],
		[
			'after three in a week waits for the first to be a week old',
			{ sent: [167, 100, 50].map((ago) => NOON - ago * HOUR) },
			{ do: 'hold', why: 'cap-week', until: NOON + HOUR }
		],
		[
			'that has room at night waits for the morning after',
			{ sent: [NOON - 14 * HOUR] },
			{ do: 'hold', why: 'cap-day', until: NOON + 20 * HOUR }
		],
		[
			'while a submission is under way looks again a day later',
			{ state: received, asked: true },
			{ do: 'hold', why: 'submission-under-way', until: NOON + 24 * HOUR }
		],
		[
			'while a person has the case looks again a day later',
			{ state: withPerson },
			{ do: 'hold', why: 'with-person', until: NOON + 24 * HOUR }
		],
		['that a visit makes needless stays out', { state: visited }, { do: 'skip', why: 'visited' }],
		[
			'on a case that owes facts stops',
			{ state: { ...NEW_CASE, missing: ['balance'] } },
			{ do: 'stop', why: 'facts-missing' }
		],
		[
			'on an ended case stops',
			{ state: { ...NEW_CASE, ended: 'resolved' } },
			{ do: 'stop', why: 'ended' }
		],
		[
			'after an opt-out from every channel stops',
			{
				suppressed: new Map([
					['sms', 'opted-out'],
					['email', 'opted-out']
				])
			},
			{ do: 'stop', why: 'opted-out' }
		],
		[
			'without an agreement stops where one is needed',
			{ agreed: new Set() },
			{ do: 'stop', why: 'no-consent' }
		],
		[
			'with an agreement for one channel goes there',
			{ agreed: new Set(['sms']) },
			{ do: 'send', chosen: { channel: 'sms' } }
		],
		['without any contact stops', { contacts: {} }, { do: 'stop', why: 'unreachable' }],
		[
			'that the customer asked for goes to who has visited',
			{ state: visited, asked: true },
			{ do: 'send' }
		],
		[
			'that the customer asked for goes while a person has the case',
			{ state: withPerson, asked: true },
			{ do: 'send' }
		],
		[
			'that the customer asked for waits for the morning all the same',
			{ now: NIGHT, asked: true },
			{ do: 'hold', why: 'hours' }
		],
		[
			'where limits are off goes at night, too',
			{ now: NIGHT, sent: [NIGHT - 1], limits: false },
			{ do: 'send' }
		],
		[
			'to zones without a common hour stops',
			{
				zones: { zones: ['Pacific/Auckland', 'Pacific/Honolulu', 'Europe/Berlin'], from: 'phone' }
			},
			{ do: 'stop', why: 'no-common-hour' }
		]
	])('%s', (_, change, expected) => {
		expect(plan(change)).toMatchObject(expected);
	});

	test('every rule stands in the trace in one order, with what it read', () => {
		const { trace } = plan({ now: NIGHT, sent: [NIGHT - HOUR] });
		expect(trace.map(({ rule }) => rule)).toEqual(RULES);
		expect(trace.filter(({ holds }) => !holds)).toEqual([
			{
				rule: 'hours',
				holds: false,
				read: { from: '08:00', to: '20:00', zones: 'Europe/Berlin', known: 'workflow' }
			},
			{ rule: 'cap-day', holds: false, read: { sent: 1, most: 1 } }
		]);
	});
});

describe('whatever the situation', () => {
	const situation: fc.Arbitrary<Situation> = fc
		.record({
			now: fc.integer({ min: Date.parse('2026-03-01'), max: Date.parse('2026-12-01') }),
			wait: fc.integer({ min: -100, max: 100 }),
			ago: fc.array(fc.nat(200), { maxLength: 6 }),
			step: fc.constantFrom(...outreach.steps),
			asked: fc.boolean(),
			state: fc.constantFrom(NEW_CASE, visited, received, withPerson, {
				...NEW_CASE,
				ended: 'expired' as const
			}),
			stopped: fc.subarray([...CHANNELS]),
			agreed: fc.option(fc.subarray([...CHANNELS]), { nil: undefined }),
			zones: fc.uniqueArray(
				fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'Pacific/Apia'),
				{ minLength: 1 }
			)
		})
		.map(({ now, wait, ago, stopped, agreed, zones, ...rest }) => ({
			...base,
			...rest,
			now,
			dueAt: now + wait * HOUR,
			sent: ago.map((hours) => now - hours * HOUR),
			suppressed: new Map(stopped.map((one) => [one, 'opted-out' as const])),
			agreed: agreed && new Set(agreed),
			zones: { zones, from: 'phone' as const }
		}));

	test('what is sent is due, fits hours and caps, and is neither stopped nor without agreement', () => {
		fc.assert(
			fc.property(situation, (given) => {
				const planned = planStep(given);
				if (planned.do !== 'send') return;
				const { channel } = planned.chosen;
				expect(given.dueAt).toBeLessThanOrEqual(given.now);
				expect(isOpen(hoursOf(outreach), given.zones.zones, given.now)).toBe(true);
				for (const cap of Object.values(capsOf(outreach)))
					expect(countedIn(cap, given.sent, given.now)).toBeLessThan(cap.most);
				expect(given.suppressed.has(channel)).toBe(false);
				expect(given.agreed?.has(channel) ?? true).toBe(true);
				expect(given.state.ended).toBeNull();
			})
		);
	});

	test('nothing is dropped silently: what is not sent waits until a later time, or says why it stops', () => {
		fc.assert(
			fc.property(situation, (given) => {
				const planned = planStep(given);
				if (planned.do === 'hold') {
					expect(planned.until).toBeGreaterThan(given.now);
					expect(planned.until).toBeLessThan(given.now + 10 * 24 * HOUR);
				} else if (planned.do !== 'send') expect(planned.why).toMatch(/./);
				const broken = planned.trace.filter(({ holds }) => !holds);
				expect(broken.length > 0).toBe(planned.do !== 'send');
			})
		);
	});

	test('looked at again when it was told to, one that waited only for hours and caps goes', () => {
		fc.assert(
			fc.property(situation, (given) => {
				const planned = planStep(given);
				if (planned.do !== 'hold' || !['hours', 'cap-day', 'cap-week'].includes(planned.why))
					return;
				expect(planStep({ ...given, now: planned.until }).do).toBe('send');
			})
		);
	});
});

describe('consent', () => {
	const facts = { may_write: true };
	test('a contract needs none; an agreement is told by channel, or by a fact for all of them', () => {
		expect(agreedChannels({ basis: 'contract' }, { facts: {} })).toBeUndefined();
		expect(agreedChannels({ basis: 'consent' }, { facts })).toEqual(new Set());
		expect(agreedChannels({ basis: 'consent' }, { facts, consent: ['email'] })).toEqual(
			new Set(['email'])
		);
		expect(agreedChannels({ basis: 'consent', fact: 'may_write' }, { facts })).toEqual(
			new Set(CHANNELS)
		);
		const no = { facts: { may_write: false } };
		expect(agreedChannels({ basis: 'consent', fact: 'may_write' }, no)).toEqual(new Set());
	});
});
