import type { Attachment } from 'svelte/attachments';

/** How a personal value is asked for on this page, and the one that was shown in answer. */
export interface Revealing {
	may: boolean;
	shown: { field: string; text: string } | undefined;
	/** Sends the form without leaving the page, where there is a script. */
	enhance: Attachment<HTMLFormElement>;
}
