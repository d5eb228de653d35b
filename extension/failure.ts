/** An error that says what to do next: shown as it is. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly next: string,
  ) {
    super(message);
    this.name = 'Failure';
  }
}
