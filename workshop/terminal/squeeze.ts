/** Gives the lines of each text, and of several blank lines in a row the first: also across texts. */
export function squeezer(): (text: string) => string[] {
  let isBlank = false;
  return (text) =>
    text.split("\n").filter((line) => {
      const wasBlank = isBlank;
      isBlank = line === "";
      return !(isBlank && wasBlank);
    });
}
