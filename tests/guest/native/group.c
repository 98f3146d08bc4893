#include "double.h"
struct record **memberships_of(const char *identity) { (void)identity; return temp(sizeof(void *)); }
