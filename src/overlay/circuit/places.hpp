// How many circuits one session, or one party, has at a relay.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "overlay/circuit/who.hpp"

namespace qnet::circuit {

/// Lives on one io_context, as the sessions do that it counts.
class Places {
  using Counts = std::map<Who, std::size_t>;

 public:
  /// One circuit's place, until it is destroyed. May outlive the Places.
  class Place {
   public:
    Place(std::shared_ptr<Counts> counts, const Who& who) : counts_(std::move(counts)), who_(who) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() {
      const auto found = counts_->find(who_);
      if (--found->second == 0) counts_->erase(found);
    }

   private:
    std::shared_ptr<Counts> counts_;
    Who who_;
  };

  /// Null when it has `most` (> 0) already.
  [[nodiscard]] std::shared_ptr<const Place> take(const Who& who, std::size_t most) {
    auto& held = (*counts_)[who];
    if (held >= most) return nullptr;
    ++held;
    return std::make_shared<const Place>(counts_, who);
  }

  /// Sessions and parties that have any.
  [[nodiscard]] std::size_t holders() const { return counts_->size(); }

 private:
  std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

}  // namespace qnet::circuit
