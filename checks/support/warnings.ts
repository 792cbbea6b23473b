/** Of Node, and of what is given in this step. What else is printed there is the learner's own. */
const WARNING = /^(?:\(node:\d+\)|relay:|redis \w+:|adapter:) .*/gm;

/** The lines of an error log that warn of something. */
export function warningsIn(log: string): string[] {
  return log.match(WARNING) ?? [];
}
