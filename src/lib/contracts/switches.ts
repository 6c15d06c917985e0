import { z } from 'zod';
import type { Part } from '../domain/workflow/switches.ts';
import { reasonSchema, uuidSchema, workflowKeySchema } from './workflow-changes.ts';

/** What staff send to switch a part of a workflow off and on again. */

export const switchOffSchema = z.object({
	key: workflowKeySchema,
	/** What is paused by the program nobody switches off by hand. */
	part: z
		.string()
		.max(100)
		.regex(/^(outreach|action:[^:]+)$/, 'must be an action or the outreach')
		.transform((part) => part as Part),
	reason: reasonSchema
});
export type SwitchOff = z.output<typeof switchOffSchema>;

export const switchBackSchema = z.object({ id: uuidSchema, reason: reasonSchema });
export type SwitchBack = z.output<typeof switchBackSchema>;

export const switchOnSchema = z.object({ id: uuidSchema });

/** A part of a workflow that can be switched, in words. */
export interface PartView {
	part: string;
	label: string;
	/** Only open cases of older versions have it. */
	retired: boolean;
}

/** A part that is off, or was. Instants are ISO texts, staff are shown by name. */
export interface SwitchView {
	id: string;
	part: string;
	label: string;
	/** Paused by the program: one person resumes it. */
	paused: boolean;
	offBy: string;
	offAt: string;
	why: string;
	/** Somebody asked for it to be on again; `own`: whoever looks did. */
	asked: { by: string; at: string; why: string; own: boolean } | null;
	on: { by: string; at: string } | null;
}
