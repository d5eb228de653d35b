/** From the client, whenever it changes: what the service knows besides the text, as `surroundingsSchema` has it. */
export const SURROUNDINGS = 'distillery/surroundings';
