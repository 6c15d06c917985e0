import type { EndedStage } from '../case/state.ts';
import { BREAKPOINTS, type Breakpoint } from '../workflow/document.ts';
import { has, LEFT_AT, type Mark } from './reached.ts';

/** Cases that have reached the same and stand the same, with how many they are. */
export interface CaseGroup {
	reached: number;
	end: EndedStage | 'open';
	cases: number;
}

export interface FunnelStep {
	step: 'opened' | Mark | 'resolved';
	name: string;
	definition: string;
	cases: number;
}

const STEPS: Omit<FunnelStep, 'cases'>[] = [
	{ step: 'opened', name: 'Opened', definition: 'Cases opened in the period, by a trigger.' },
	{ step: 'sent', name: 'Sent', definition: 'A channel took at least one message of the case.' },
	{
		step: 'delivered',
		name: 'Delivered',
		definition:
			'A provider told that at least one message arrived. Mail servers tell nothing, and some networks do not either: fewer than visited is no fault.'
	},
	{
		step: 'visited',
		name: 'Visited by a person',
		definition:
			'Somebody pressed the button behind the link. Machines that open links press none, so they are not counted; opening alone leaves no trace.'
	},
	{ step: 'verified', name: 'Verified', definition: 'A code or known facts proved who it is.' },
	{
		step: 'chosen',
		name: 'Chosen',
		definition:
			'The customer began at least one action: its form or its review was before them. Only after the proof of who it is, so no machine is counted.'
	},
	{ step: 'submitted', name: 'Submitted', definition: 'The customer confirmed an action.' },
	{ step: 'booked', name: 'Booked', definition: 'The system of record holds the action.' },
	{
		step: 'resolved',
		name: 'Resolved',
		definition: 'Finished in the flow, written back, and nobody wrapped it up by hand.'
	}
];

const counted = (groups: readonly CaseGroup[], which: (group: CaseGroup) => boolean): number =>
	groups.reduce((sum, group) => sum + (which(group) ? group.cases : 0), 0);

/** How many of the cases opened in a period came how far, whenever they did. */
export const funnelOf = (groups: readonly CaseGroup[]): FunnelStep[] =>
	STEPS.map((one) => ({ ...one, cases: casesAt(groups, one.step) }));

export function casesAt(groups: readonly CaseGroup[], step: FunnelStep['step']): number {
	if (step === 'opened') return counted(groups, () => true);
	if (step === 'resolved') return counted(groups, ({ end }) => end === 'resolved');
	return counted(groups, ({ reached }) => has(reached, step));
}

/** A part of a whole; none where there is no whole. */
export const share = (part: number, whole: number): number | null =>
	whole === 0 ? null : part / whole;

export interface BreakpointFigure {
	breakpoint: Breakpoint;
	/** Cases that left their path there at least once. */
	cases: number;
	/** Of all that were opened. */
	rate: number | null;
	/** What became of them; a case may have recovered and be resolved. */
	next: { recovered: number; person: number; resolved: number; ended: number; open: number };
}

/** Where cases left their path, and what happened next. */
export function breakpointsOf(groups: readonly CaseGroup[]): BreakpointFigure[] {
	const opened = casesAt(groups, 'opened');
	return BREAKPOINTS.map((breakpoint) => {
		const left = groups.filter(({ reached }) => (reached & LEFT_AT[breakpoint]) !== 0);
		const cases = counted(left, () => true);
		return {
			breakpoint,
			cases,
			rate: share(cases, opened),
			next: {
				recovered: counted(left, ({ reached }) => has(reached, 'recovered')),
				person: counted(left, ({ reached }) => has(reached, 'person')),
				resolved: counted(left, ({ end }) => end === 'resolved'),
				ended: counted(left, ({ end }) => end !== 'resolved' && end !== 'open'),
				open: counted(left, ({ end }) => end === 'open')
			}
		};
	});
}

/** Resolved without leaving the path, with the help of the ladder, or by a person's judgement. */
export function splitOf(groups: readonly CaseGroup[]) {
	const left = Object.values(LEFT_AT).reduce((all, bit) => all | bit, 0);
	const done = groups.filter(({ end }) => end === 'resolved');
	const judgement = counted(done, ({ reached }) => has(reached, 'person'));
	const guided = counted(done, ({ reached }) => !has(reached, 'person') && (reached & left) !== 0);
	return { routine: casesAt(done, 'opened') - judgement - guided, guided, judgement };
}
