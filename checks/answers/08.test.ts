import { testMatrix } from "../support/matrix.ts";

testMatrix(8);
