/**
 * Opens a `<details>` from the server on where there is reason to; spread into it. Where there is none
 * nothing is said of it: a false would close what somebody has opened before the script was there.
 */
export const openedWhen = (reason: boolean): { open?: true } => (reason ? { open: true } : {});
