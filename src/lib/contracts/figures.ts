import { z } from 'zod';
import type { BreakpointFigure, FunnelStep } from '../domain/telemetry/funnel.ts';
import type { Measure } from '../domain/telemetry/measures.ts';
import { workflowKeySchema } from './workflow-changes.ts';

/** Years that every calendar and the database agree on. */
const day = z.iso
	.date()
	.refine((text) => text >= '2000' && text < '2100', 'must be of this century');

/** Which cases are counted: those opened on these days, in the zone of their workflow. */
export const figuresQuerySchema = z.object({
	workflow: z.union([workflowKeySchema, z.literal('')]).default(''),
	version: z
		.union([z.literal('').transform(() => 0), z.coerce.number().int().min(0).max(1_000_000_000)])
		.default(0),
	from: day.optional(),
	to: day.optional()
});
export type FiguresQuery = z.output<typeof figuresQuerySchema>;

/** The tables that can be had as CSV. */
export const FIGURE_TABLES = [
	'funnel',
	'breakpoints',
	'exceptions',
	'writebacks',
	'measures'
] as const;
export type FigureTable = (typeof FIGURE_TABLES)[number];

export interface WorkflowFunnel {
	key: string;
	title: string;
	steps: FunnelStep[];
	/** Hours from opening to resolution: half of the resolved took at most this, nine of ten that. */
	medianHours: number | null;
	ninthHours: number | null;
}

export interface ExceptionFigure {
	workflow: string;
	type: string;
	class: 'policy' | 'system';
	owner: string;
	/** Opened in the period. */
	opened: number;
	open: number;
	breached: number;
	oldestHours: number | null;
	/** Open and taken by nobody, and how long the oldest of them. */
	unowned: number;
	unownedHours: number | null;
	/** Of those opened in the period and closed. */
	medianHours: number | null;
}

export interface WritebackFigure {
	workflow: string;
	all: number;
	applied: number;
	within5: number;
	rejected: number;
	pending: number;
	unknown: number;
	dead: number;
	unaccounted: number;
}

export interface FiguresView {
	workflow: string;
	version: number;
	from: string;
	to: string;
	choices: { key: string; title: string; latest: number }[];
	funnels: WorkflowFunnel[];
	breakpoints: BreakpointFigure[];
	exceptions: ExceptionFigure[];
	writebacks: WritebackFigure[];
	measures: Measure[];
}
