"""Words that more than one room shows: the sentence of every reason code, and the reader of translation catalogues."""
