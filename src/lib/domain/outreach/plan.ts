import type { CaseState } from '../case/state.ts';
import type {
	Channel,
	FieldValue,
	Outreach,
	OutreachStep,
	Progress
} from '../workflow/document.ts';
import { isPause, type Part, partOff } from '../workflow/switches.ts';
import { capsOf, countedIn, roomAt } from './caps.ts';
import { chooseChannel, type ChosenChannel, type Suppression } from './choose-channel.ts';
import { hoursOf, isOpen, opensAt } from './hours.ts';
import type { PersonZones } from './zones.ts';

/** Everything that the next step is decided by. Instants are epoch milliseconds. */
export interface Situation {
	now: number;
	outreach: Outreach;
	step: OutreachStep;
	dueAt: number;
	/** The customer asked for this one: then it matters neither how far they got nor who looks at it. */
	asked: boolean;
	state: CaseState;
	contacts: Partial<Record<Channel, string>>;
	suppressed: ReadonlyMap<Channel, Suppression>;
	/** Where the workflow demands it; see `agreedChannels`. */
	agreed: ReadonlySet<Channel> | undefined;
	zones: PersonZones;
	/** What went to this person within `CAPS_DAYS` on any case, of what we begin. */
	sent: readonly number[];
	/** Off only where something is tried out: hours and caps are not asked. */
	limits: boolean;
	/** Parts of the workflow that are switched off or paused. */
	off: readonly Part[];
}

export const RULES = [
	'case-open',
	'facts-complete',
	'nothing-under-way',
	'nobody-on-it',
	'still-needed',
	'due',
	'channel-open',
	'switched-on',
	'hours',
	'cap-day',
	'cap-week'
] as const;
export type Rule = (typeof RULES)[number];

/** How one rule came out, and what it read: for whoever asks why. Nothing personal. */
export interface RuleVerdict {
	rule: Rule;
	holds: boolean;
	read: Record<string, FieldValue>;
}

export type HoldReason =
	| 'submission-under-way'
	| 'with-person'
	| 'not-due'
	| 'hours'
	| 'cap-day'
	| 'cap-week'
	| 'switched-off'
	| 'filtered';
export type StopReason =
	'ended' | 'facts-missing' | 'opted-out' | 'no-consent' | 'unreachable' | 'no-common-hour';

export type Plan = { trace: RuleVerdict[] } & (
	| { do: 'send'; chosen: ChosenChannel }
	/** Looked at again then. */
	| { do: 'hold'; until: number; why: HoldReason }
	/** This step stays out; the one after it has its turn. */
	| { do: 'skip'; why: Progress }
	/** Nothing more is sent until somebody begins again. */
	| { do: 'stop'; why: StopReason }
);

/** Who is waited for is looked at once a day: a step that they make needless is found out by then. */
const LOOK_AGAIN_MS = 86_400_000;
/** What is switched off is on again within the hour, without anybody going through all cases. */
const LOOK_AT_SWITCH_MS = 3_600_000;

/** What is to be done about the step that comes next: now, later or never, and why. */
export function planStep(situation: Situation): Plan {
	const { now, state, asked, step, dueAt } = situation;
	const reached = asked ? undefined : step.stop?.find((one) => hasReached(state, one));
	const underWay = state.submission?.state === 'received';
	const withPerson = !asked && state.exceptions.length > 0;
	const channel = pickChannel(situation);
	const timing = timingOf(situation);
	const off = offPart(situation);
	const trace: RuleVerdict[] = [
		{ rule: 'case-open', holds: !state.ended, read: { stage: state.stage } },
		{
			rule: 'facts-complete',
			holds: state.missing.length === 0,
			read: { missing: state.missing.length }
		},
		{ rule: 'nothing-under-way', holds: !underWay, read: { stage: state.stage } },
		{ rule: 'nobody-on-it', holds: !withPerson, read: { exceptions: state.exceptions.length } },
		{
			rule: 'still-needed',
			holds: !reached,
			read: { visited: state.visited, assurance: state.assurance, asked }
		},
		{ rule: 'due', holds: dueAt <= now, read: { due: instant(dueAt) } },
		{
			rule: 'channel-open',
			holds: channel.ok,
			read: Object.fromEntries(
				(channel.ok ? channel.value.considered : (channel.detail ?? [])).map((one) => [
					one.channel,
					one.verdict
				])
			)
		},
		{ rule: 'switched-on', holds: !off, read: off ? { off } : {} },
		...timing.trace
	];
	const hold = (why: HoldReason, until: number): Plan => ({ do: 'hold', until, why, trace });
	const stop = (why: StopReason): Plan => ({ do: 'stop', why, trace });
	if (state.ended) return stop('ended');
	if (state.missing.length > 0) return stop('facts-missing');
	if (underWay) return hold('submission-under-way', now + LOOK_AGAIN_MS);
	if (withPerson) return hold('with-person', now + LOOK_AGAIN_MS);
	if (reached) return { do: 'skip', why: reached, trace };
	if (dueAt > now) return hold('not-due', dueAt);
	if (off) return hold(isPause(off) ? 'filtered' : 'switched-off', now + LOOK_AT_SWITCH_MS);
	if (!channel.ok) return stop(whyClosed(channel.detail ?? []));
	if (timing.at === null) return stop('no-common-hour');
	if (timing.at > now) return hold(timing.why, timing.at);
	return { do: 'send', chosen: channel.value, trace };
}

/** What of the workflow is off that this message needs: while it is, no day can be promised for it. */
export function offPart(situation: Situation): Part | undefined {
	const { off, step } = situation;
	const channel = pickChannel(situation);
	return partOff(off, step.template, channel.ok ? [channel.value.channel] : step.channels);
}

/** The step behind this one, if there is one. */
export function stepAfter({ steps }: Outreach, id: string): OutreachStep | undefined {
	const index = steps.findIndex((step) => step.id === id);
	return index < 0 ? undefined : steps[index + 1];
}

const instant = (at: number): string => new Date(at).toISOString();

function hasReached({ visited, assurance, submission }: CaseState, progress: Progress): boolean {
	switch (progress) {
		case 'visited':
			return visited;
		case 'verified':
			return assurance !== 'link';
		case 'submitted':
			return submission !== null;
	}
}

const pickChannel = ({ step, contacts, suppressed, agreed }: Situation) =>
	chooseChannel({
		class: 'outreach',
		preference: step.channels,
		contacts,
		suppressed,
		agreed
	});

function whyClosed(considered: ChosenChannel['considered']): StopReason {
	const found = (verdict: string) => considered.some((one) => one.verdict === verdict);
	if (found('opted-out')) return 'opted-out';
	return found('no-consent') ? 'no-consent' : 'unreachable';
}

/** When hours and caps let one message through, the first rule that does not, and what each read. */
function timingOf({ limits, now, outreach, zones, sent }: Situation): {
	at: number | null;
	why: 'hours' | 'cap-day' | 'cap-week';
	trace: RuleVerdict[];
} {
	if (!limits) return { at: now, why: 'hours', trace: [] };
	const hours = hoursOf(outreach);
	const caps = capsOf(outreach);
	const open = isOpen(hours, zones.zones, now);
	const room = { day: roomAt(caps.day, sent, now), week: roomAt(caps.week, sent, now) };
	const fits = Math.max(room.day, room.week);
	const trace: RuleVerdict[] = [
		{
			rule: 'hours',
			holds: open,
			read: { from: hours.from, to: hours.to, zones: zones.zones.join(' '), known: zones.from }
		},
		...(['day', 'week'] as const).map((name) => ({
			rule: `cap-${name}` as const,
			holds: room[name] <= now,
			read: { sent: countedIn(caps[name], sent, now), most: caps[name].most }
		}))
	];
	const capped = room.week > room.day ? 'cap-week' : 'cap-day';
	return {
		at: opensAt(hours, zones.zones, fits),
		why: fits > now ? capped : 'hours',
		trace
	};
}
