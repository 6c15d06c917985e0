import { casesAt, type CaseGroup, share, splitOf } from './funnel.ts';
import { has } from './reached.ts';

/** What of a period was counted; see server/flows/read-figures. */
export interface Counted {
	/** Cases opened in the period, and in the period before it. */
	groups: CaseGroup[];
	groupsBefore: CaseGroup[];
	days: number;
	/** Exceptions opened in the period. */
	exceptions: { all: number; data: number; ineligible: number; system: number };
	/** Open now, whenever they were opened; the age of the oldest one beyond its time, in hours. */
	open: {
		all: number;
		breached: number;
		oldestHours: number | null;
		/** Taken by nobody, and how long the oldest of them has been open. */
		unowned: number;
		unownedHours: number | null;
	};
	/** Made in the period. */
	writebacks: { all: number; applied: number; within5: number; unaccounted: number };
	/** Resolved of the period long enough ago to tell, and of those who came back about it. */
	repeats: { days: 7 | 30; resolved: number; back: number }[];
}

export type Health = 'healthy' | 'outside' | 'no-data';

/** A figure against its bound. */
export interface Measure {
	id: string;
	name: string;
	definition: string;
	/** A share between 0 and 1, hours, or a count; none where nothing was counted. */
	figure: number | null;
	unit: 'share' | 'hours' | 'count';
	/** Of how many: a share of few says little. */
	of: number;
	bound: { min?: number; max?: number } | null;
	health: Health | 'shown';
	/** What to do where it is outside. */
	cure: string;
}

type Rule = Omit<Measure, 'figure' | 'of' | 'health'> & {
	count: (counted: Counted) => { figure: number | null; of: number };
};

const part = (number: number, of: number) => ({ figure: share(number, of), of });

const RULES: Rule[] = [
	{
		id: 'person',
		name: 'Reach a person',
		definition: 'Cases with at least one exception, of the cases opened.',
		unit: 'share',
		bound: { min: 0.02, max: 0.2 },
		cure: 'Above: the policy is too vague, make clauses and texts clearer. Below: decisions are over-automated and risk is hidden.',
		count: ({ groups }) => part(casesAt(groups, 'person'), casesAt(groups, 'opened'))
	},
	{
		id: 'routine',
		name: 'Routine',
		definition: 'Resolved without ever leaving the path, of the cases resolved. About 80 in 100.',
		unit: 'share',
		bound: { min: 0.7 },
		cure: 'Look at the breakpoints: the one with most cases comes first.',
		count: ({ groups }) => part(splitOf(groups).routine, casesAt(groups, 'resolved'))
	},
	{
		id: 'guided',
		name: 'Guided',
		definition:
			'Resolved after the ladder helped, without a person, of the cases resolved. About 15 in 100.',
		unit: 'share',
		bound: null,
		cure: '',
		count: ({ groups }) => part(splitOf(groups).guided, casesAt(groups, 'resolved'))
	},
	{
		id: 'judgement',
		name: 'Judgement',
		definition: 'Resolved after a person had it, of the cases resolved. About 5 in 100.',
		unit: 'share',
		bound: { max: 0.1 },
		cure: 'Find the exception type that comes most often, and the rule that would remove it.',
		count: ({ groups }) => part(splitOf(groups).judgement, casesAt(groups, 'resolved'))
	},
	{
		id: 'data',
		name: 'Exceptions from missing data or a failed writeback',
		definition: 'Exceptions of the breakpoints trigger and writeback, of the exceptions opened.',
		unit: 'share',
		bound: { max: 0.3 },
		cure: 'Mend the handshake with the system of record before touching messages.',
		count: ({ exceptions }) => part(exceptions.data, exceptions.all)
	},
	{
		id: 'ineligible',
		name: 'Exceptions from ineligible actions',
		definition: 'Exceptions of the breakpoint eligibility, of the exceptions opened.',
		unit: 'share',
		bound: { max: 0.3 },
		cure: 'Tighten the policy inside the workflow: say why, and what would make it possible.',
		count: ({ exceptions }) => part(exceptions.ineligible, exceptions.all)
	},
	{
		id: 'system',
		name: 'System-driven exceptions',
		definition: 'Exceptions of class system, of the exceptions opened. Meant after 30 stable days.',
		unit: 'share',
		bound: { max: 0.1 },
		cure: 'A reliability problem, not an exception problem: look at connections and alerts.',
		count: ({ exceptions }) => part(exceptions.system, exceptions.all)
	},
	{
		id: 'reconciled',
		name: 'Manual reconciliation',
		definition: 'Cases whose writeback needed a person, of the cases booked.',
		unit: 'share',
		bound: { max: 0.05 },
		cure: 'The loop is not closed: see why writebacks are dead or unknown.',
		count: ({ groups }) => {
			const booked = groups.filter(({ reached }) => has(reached, 'booked'));
			return part(casesAt(booked, 'reconciled'), casesAt(booked, 'opened'));
		}
	},
	{
		id: 'identity',
		name: 'Lost at the identity check',
		definition:
			'Visited but never verified, of those visited; healthy within 10 points of the period before.',
		unit: 'share',
		bound: null,
		cure: 'The check is too heavy for the task: fewer facts, another channel, a clearer text.',
		count: ({ groups }) => lost(groups)
	},
	{
		id: 'unowned',
		name: 'Oldest unowned exception',
		definition: 'Hours since the oldest open exception that nobody has taken was raised.',
		unit: 'hours',
		bound: { max: 24 },
		cure: 'Give it to somebody today; if its team has no time, it needs another owner or a backup.',
		count: ({ open }) => ({
			figure: open.unownedHours ?? (open.all > 0 ? 0 : null),
			of: open.unowned
		})
	},
	{
		id: 'overdue',
		name: 'Oldest exception beyond its time',
		definition: 'Hours since the time by which the oldest open exception was to be answered.',
		unit: 'hours',
		bound: { max: 0 },
		cure: 'A backlog hides demand: take it today, or give its type another owner or time.',
		count: ({ open }) => ({ figure: open.oldestHours ?? (open.all > 0 ? 0 : null), of: open.all })
	},
	{
		id: 'prompt',
		name: 'Writeback applied within 5 minutes',
		definition:
			'Applied at most 5 minutes after the confirmation or the correction, of the writebacks made.',
		unit: 'share',
		bound: { min: 0.995 },
		cure: 'Look at the connection: time-outs, the breaker, the attempts of the slowest.',
		count: ({ writebacks }) => part(writebacks.within5, writebacks.all)
	},
	{
		id: 'accounted',
		name: 'Writebacks accounted for',
		definition: 'Applied, rejected, still being tried, or with a person: all must be one of them.',
		unit: 'share',
		bound: { min: 1 },
		cure: 'A defect: report it, and settle these by hand from their cases.',
		count: ({ writebacks }) => part(writebacks.all - writebacks.unaccounted, writebacks.all)
	},
	{
		id: 'volume',
		name: 'Cases a month',
		definition: 'Cases opened in the period, as of 30 days.',
		unit: 'count',
		bound: { min: 500, max: 50_000 },
		cure: 'Fewer: a weak signal, so judge slowly. More with young rules: narrow the scope.',
		count: ({ groups, days }) => {
			const opened = casesAt(groups, 'opened');
			return { figure: opened === 0 ? null : Math.round((opened / days) * 30), of: opened };
		}
	}
];

const lost = (groups: readonly CaseGroup[]) => {
	const visited = casesAt(groups, 'visited');
	return part(visited - casesAt(groups, 'verified'), visited);
};

/** A jump against the own base line, in points. */
const JUMP = 0.1;

/** Every measure that can be counted, each with its bound and how it stands. */
export function measuresOf(counted: Counted): Measure[] {
	const rules = RULES.map(({ count, ...rule }): Measure => {
		const { figure, of } = count(counted);
		const bound = rule.id === 'identity' ? baseline(counted) : rule.bound;
		return { ...rule, bound, figure, of, health: healthOf(figure, bound) };
	});
	const net = counted.repeats.map(({ days, resolved, back }): Measure => {
		const { figure, of } = part(resolved - back, resolved);
		return {
			id: `net-${days}`,
			name: `Resolved, net of repeats in ${days} days`,
			definition: `Without another case of the same customer and workflow in the ${days} days after, of those resolved at least ${days} days ago.`,
			unit: 'share',
			bound: null,
			cure: '',
			figure,
			of,
			health: figure === null ? 'no-data' : 'shown'
		};
	});
	return [...rules, ...net];
}

function baseline({ groupsBefore }: Counted): Measure['bound'] {
	const { figure } = lost(groupsBefore);
	return figure === null ? null : { max: figure + JUMP };
}

function healthOf(figure: number | null, bound: Measure['bound']): Measure['health'] {
	if (figure === null) return 'no-data';
	if (!bound) return 'shown';
	const { min = -Infinity, max = Infinity } = bound;
	return figure < min || figure > max ? 'outside' : 'healthy';
}
