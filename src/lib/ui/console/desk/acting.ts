import type { DeskReason } from '../../../contracts/desk-reasons.ts';
import type { Attachment } from 'svelte/attachments';

/** What every form of an act knows: the exception it is about, if one, and what was typed and refused. */
export interface Acting {
	exception?: string;
	refused: { act: string; reason: DeskReason; typed: Record<string, string> } | null;
	enhance: Attachment<HTMLFormElement>;
}

/** What was typed into a field of this act before it was refused. */
export const typedIn = ({ refused }: Acting, act: string, name: string, first = ''): string =>
	refused?.act === act ? (refused.typed[name] ?? first) : first;
