// p2p.h wants it and uses nothing of it.
