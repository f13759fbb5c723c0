#include "protocol/mux/budget.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

namespace qnet::mux {

namespace {
constexpr auto kRelaxed = std::memory_order_relaxed;
}  // namespace

std::size_t Budget::left() const { return bytes_ - std::min(bytes_, granted()); }

void Budget::balance() {
  const auto enough = shedding_.load(kRelaxed) ? relieved_at() : bytes_;
  if (held() <= enough) {
    if (shedding_.load(kRelaxed)) shedding_.store(false, kRelaxed);
    return;
  }
  if (asked_.load(kRelaxed) != nullptr) return;
  std::function<void()> ask;
  {
    const std::lock_guard guard(lock_);
    if (asked_.load(kRelaxed) != nullptr) return;
    auto* const found = greediest();
    if (found == nullptr) return;
    shedding_.store(true, kRelaxed);
    asked_.store(found, kRelaxed);
    found->asked_.store(true, kRelaxed);
    ask = found->on_asked_;  // a copy: the session may end meanwhile
  }
  if (ask) ask();
}

// Sessions of a party that holds more than its part come first. They have no floor, since a party could have
// any number of them. Then come sessions above their floor. Among equals, the one that holds most is first.
BudgetShare* Budget::greediest() const {
  const auto rank = [this](const BudgetShare* share) {
    const auto held = share->held_.load(kRelaxed);
    const bool party =
        share->party_ != nullptr && share->party_->held.load(kRelaxed) > bytes_ / BudgetLimits::party_part;
    return std::tuple(party && held > BudgetLimits::smallest, held > BudgetLimits::floor, held);
  };
  const auto found = std::ranges::max_element(shares_, {}, rank);
  if (found == shares_.end() || (*found)->held_.load(kRelaxed) <= BudgetLimits::smallest) return nullptr;
  return *found;
}

void Budget::take_back_idle(Time now) {
  auto due = next_look_.load(kRelaxed);
  if (now < due || !next_look_.compare_exchange_strong(due, now + BudgetLimits::look, kRelaxed)) return;
  const std::lock_guard guard(lock_);
  for (auto* const share : shares_)
    if (share->activity_.last() <= now - BudgetLimits::idle)
      granted_.fetch_sub(share->granted_.exchange(0, kRelaxed), kRelaxed);
}

BudgetShare::BudgetShare(std::shared_ptr<Budget> budget, std::uint64_t party)
    : budget_(std::move(budget)), party_name_(party) {
  if (!budget_) return;
  const std::lock_guard guard(budget_->lock_);
  budget_->shares_.push_back(this);
  if (party_name_ == 0) return;
  party_ = &budget_->parties_[party_name_];
  ++party_->shares;
}

BudgetShare::~BudgetShare() {
  if (!budget_) return;
  set_held(0);
  set_granted(0);
  {
    const std::lock_guard guard(budget_->lock_);
    std::erase(budget_->shares_, this);
    if (party_ != nullptr && --party_->shares == 0) budget_->parties_.erase(party_name_);
  }
  answered();
}

void BudgetShare::on_asked(std::function<void()> function) {
  if (!budget_) return;
  const std::lock_guard guard(budget_->lock_);
  on_asked_ = std::move(function);
}

std::size_t BudgetShare::left(Time now) {
  if (!budget_) return std::numeric_limits<std::size_t>::max();
  if (budget_->left() < budget_->bytes_ / 4) budget_->take_back_idle(now);
  return budget_->left();
}

void BudgetShare::set_held(std::size_t bytes) {
  if (!budget_) return;
  const auto before = held_.load(kRelaxed);
  if (bytes == before) return;
  held_.store(bytes, kRelaxed);
  // Unsigned arithmetic: a smaller part takes from the total.
  budget_->held_.fetch_add(bytes - before, kRelaxed);
  if (party_ != nullptr) party_->held.fetch_add(bytes - before, kRelaxed);
  if (bytes > before) budget_->balance();
}

void BudgetShare::set_granted(std::size_t bytes) {
  if (!budget_ || (bytes == told_granted_ && !taken_back())) return;
  told_granted_ = bytes;
  budget_->granted_.fetch_add(bytes - granted_.exchange(bytes, kRelaxed), kRelaxed);
}

bool BudgetShare::taken_back() const { return granted_.load(kRelaxed) != told_granted_; }

void BudgetShare::answered() {
  if (!asked_.exchange(false, kRelaxed)) return;
  {
    const std::lock_guard guard(budget_->lock_);
    if (budget_->asked_.load(kRelaxed) == this) budget_->asked_.store(nullptr, kRelaxed);
  }
  budget_->balance();
}

bool BudgetShare::relieved() const { return !budget_ || budget_->held() <= budget_->relieved_at(); }

bool BudgetShare::beyond() const { return budget_ && budget_->held() > budget_->hard_limit(); }

}  // namespace qnet::mux
