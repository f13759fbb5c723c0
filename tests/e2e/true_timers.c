/* libfaketime moves absolute times of timerfd_settime() by its offset, also those of the steady clock that it was told
 * not to fake. Asio asks for "at once" by the absolute time of 1 ns: moved back, that is no time at all, the call fails,
 * and the program's timers stand still. Preloaded before libfaketime, this leaves them alone. */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

int timerfd_settime(int fd, int flags, const struct itimerspec *new_value, struct itimerspec *old_value) {
  return (int)syscall(SYS_timerfd_settime, fd, flags, new_value, old_value);
}
