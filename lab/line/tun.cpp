#include "line/tun.hpp"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>

namespace qnet::line {

namespace {

using base::FileHandle;
using base::Result;

/// The process is in another network namespace for as long as this lives.
class Inside {
 public:
  explicit Inside(const std::string& path)
      : before_(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)),
        there_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)),
        entered_(before_.valid() && there_.valid() && ::setns(there_.get(), CLONE_NEWNET) == 0) {}
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() {
    // In the wrong namespace the next device would be made in the wrong place.
    if (entered_ && ::setns(before_.get(), CLONE_NEWNET) != 0) std::terminate();
  }
  [[nodiscard]] bool entered() const { return entered_; }

 private:
  FileHandle before_;
  FileHandle there_;
  bool entered_;
};

ifreq request_for(const std::string& device) {
  ifreq request{};
  std::copy_n(device.begin(), std::min<std::size_t>(device.size(), IFNAMSIZ - 1), &request.ifr_name[0]);
  return request;
}

/// The queue that counts is the line's own. So the device's must not overflow while this program waits for a
/// processor: 10,000 packets are a second at 120 Mbit/s.
Result<void> set_up(const std::string& device) {
  constexpr int queue_length = 10'000;
  const FileHandle socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  auto request = request_for(device);
  request.ifr_qlen = queue_length;
  if (::ioctl(socket.get(), SIOCSIFTXQLEN, &request) != 0)
    return system_failure(Errc::failed, device + ", the queue's length");
  if (::ioctl(socket.get(), SIOCGIFFLAGS, &request) != 0)
    return system_failure(Errc::failed, device + ", its flags");
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0)
    return system_failure(Errc::failed, device + ", set up");
  return {};
}

}  // namespace

Result<std::unique_ptr<FileHandle>> open_tun(const std::string& netns, const std::string& device) {
  const Inside inside("/var/run/netns/" + netns);
  if (!inside.entered()) return system_failure(Errc::no_namespace, netns);
  auto tun = std::make_unique<FileHandle>(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!tun->valid()) return system_failure(Errc::no_tun, "/dev/net/tun");
  auto request = request_for(device);
  // Whole IP packets without a header, each no larger than the MTU.
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (::ioctl(tun->get(), TUNSETIFF, &request) != 0)
    return system_failure(Errc::no_tun, device + " in " + netns);
  if (auto done = set_up(device); !done) return base::forward_error(done);
  return tun;
}

}  // namespace qnet::line
