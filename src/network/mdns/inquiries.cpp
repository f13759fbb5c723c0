#include "network/mdns/inquiries.hpp"

#include <algorithm>

namespace qnet::mdns {

std::vector<unsigned> Inquiries::due(const Interfaces& present, Time now) {
  std::erase_if(inquiries_, [&present](const auto& one) { return !present.contains(one.first); });
  std::vector<unsigned> due;
  for (const auto& [index, networks] : present) {
    const auto [found, appeared] = inquiries_.try_emplace(index);
    auto& inquiry = found->second;
    if (appeared || inquiry.networks != networks) inquiry = {networks, now};
    if (inquiry.next > now) continue;
    due.push_back(index);
    // RFC 6762 §5.2: 20 to 120 ms more, so that machines that wake together do not speak together.
    inquiry.next = now + inquiry.pause + std::chrono::milliseconds(20 + random_.below(101));
    inquiry.pause = std::min<std::chrono::milliseconds>(inquiry.pause * 2, InquiryLimits::last_pause);
  }
  return due;
}

std::optional<Inquiries::Time> Inquiries::next_deadline() const {
  std::optional<Time> next;
  for (const auto& [index, inquiry] : inquiries_) next = next ? std::min(*next, inquiry.next) : inquiry.next;
  return next;
}

}  // namespace qnet::mdns
