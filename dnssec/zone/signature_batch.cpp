#include "dnssec/zone/signature_batch.hpp"

#include "dns/record_ttl.hpp"

#include <algorithm>

namespace minidns::dnssec {
namespace {

SignedOwner signed_owner(OwnerForm form, std::vector<dns::Rdata> rrsigs) {
  if (!rrsigs.empty()) {
    form.insert({rrsig_set(form.owner(), std::move(rrsigs)), false});
  }
  SignedOwner owner;
  owner.sets.reserve(form.sets.size());
  for (auto& set : form.sets) {
    owner.sets.push_back(std::move(set.rrset));
  }
  return owner;
}

}  // namespace

dns::RRset rrsig_set(const dns::Name& owner, std::vector<dns::Rdata> rrsigs) {
  std::sort(rrsigs.begin(), rrsigs.end());
  const auto ttl = dns::record_ttl(dns::RRType::rrsig, dns::Ttl::from_wire(0), rrsigs.front().octets());
  return {owner, dns::RRType::rrsig, ttl, std::move(rrsigs)};
}

Executor run_inline() {
  return [](std::vector<std::function<void()>> tasks) {
    for (const auto& task : tasks) {
      task();
    }
  };
}

Result<void> SignatureBatch::add(OwnerForm form) {
  owners_.push_back({std::move(form), {}});
  Waiting& owner = owners_.back();
  owner.rrsigs.reserve(owner.form.sets.size());
  for (std::size_t i = 0; i < owner.form.sets.size(); ++i) {
    const SetForm& set = owner.form.sets[i];
    for (const auto& rdata : set.rrset.rdata) {
      octets_ += rdata.octets().size();
    }
    if (!set.is_signed) {
      continue;
    }
    auto stored = plan_->stored(set.rrset);
    if (!stored) {
      return stored.error();
    }
    const auto& uses = plan_->uses(set.rrset.owner, set.rrset.type);
    if (stored->empty() && uses.empty()) {
      return Error{Errc::bad_input, set.rrset.owner.to_text() + " " + set.rrset.type.to_text() + ": nothing signs it"};
    }
    owner.rrsigs.insert(owner.rrsigs.end(), stored->begin(), stored->end());
    for (const auto& use : uses) {
      Bytes head = rrsig_head(set.rrset, use.stamp, plan_->signer_name());
      if (auto old = reusable(owner, set, use, head)) {
        owner.rrsigs.push_back(std::move(*old));
      } else {
        jobs_.push_back({owners_.size() - 1, i, use.key->signer.get(), std::move(head)});
      }
    }
  }
  return {};
}

std::optional<dns::Rdata> SignatureBatch::reusable(const Waiting& owner, const SetForm& set,
                                                   const SignaturePlan::Use& use, const Bytes& head) const {
  if (before_ == nullptr || !set.may_reuse || !owner.form.old_signatures || !plan_->is_same_key(*before_, use)) {
    return std::nullopt;
  }
  for (const auto& rrsig : owner.form.old_signatures->rdata) {
    const auto octets = rrsig.octets();
    if (octets.size() > head.size() && std::equal(head.begin(), head.end(), octets.begin())) {
      return rrsig;
    }
  }
  return std::nullopt;
}

std::vector<std::vector<const SignatureBatch::Job*>> SignatureBatch::tasks() const {
  std::vector<const Signer*> signers;
  std::vector<std::vector<const Job*>> tasks;
  std::vector<std::size_t> open;  // the task of each signer that is being filled
  for (const auto& job : jobs_) {
    const auto at = std::find(signers.begin(), signers.end(), job.signer) - signers.begin();
    const auto signer = static_cast<std::size_t>(at);
    if (signer == signers.size()) {
      signers.push_back(job.signer);
      open.push_back(tasks.size());
      tasks.emplace_back();
    } else if (tasks[open[signer]].size() == task_jobs) {
      open[signer] = tasks.size();
      tasks.emplace_back();
    }
    tasks[open[signer]].push_back(&job);
  }
  return tasks;
}

Result<std::vector<dns::Rdata>> SignatureBatch::run(const std::vector<const Job*>& jobs) const {
  std::vector<Bytes> messages;
  messages.reserve(jobs.size());
  for (const auto* job : jobs) {
    auto message = signed_data(job->head, owners_[job->owner].form.sets[job->set].rrset);
    if (!message) {
      return message.error();
    }
    messages.push_back(std::move(*message));
  }
  const std::vector<ByteView> views(messages.begin(), messages.end());
  const auto signatures = jobs.front()->signer->sign(views);
  if (!signatures) {
    return signatures.error();
  }
  if (signatures->size() != jobs.size()) {
    return Error{Errc::fault, "a signer made another number of signatures than it was asked for"};
  }
  std::vector<dns::Rdata> rrsigs;
  rrsigs.reserve(jobs.size());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const Bytes& head = jobs[i]->head;
    const Bytes& signature = (*signatures)[i];
    Bytes octets;
    octets.reserve(head.size() + signature.size());
    octets.insert(octets.end(), head.begin(), head.end());
    octets.insert(octets.end(), signature.begin(), signature.end());
    auto rdata = dns::Rdata::from_octets(std::move(octets));
    if (!rdata) {
      return Error{Errc::fault, "a signature of " + std::to_string(signature.size()) + " octets"};
    }
    rrsigs.push_back(std::move(*rdata));
  }
  return rrsigs;
}

Result<std::vector<SignedOwner>> SignatureBatch::sign(const Executor& executor) {
  const auto parts = tasks();
  std::vector<std::optional<Result<std::vector<dns::Rdata>>>> results(parts.size());
  std::vector<std::function<void()>> work;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    work.emplace_back([this, &parts, &results, i] { results[i].emplace(run(parts[i])); });
  }
  if (!work.empty()) {
    executor(std::move(work));
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!results[i]) {
      return Error{Errc::fault, "the executor left out a task"};
    }
    if (!*results[i]) {
      return results[i]->error();
    }
    for (std::size_t j = 0; j < parts[i].size(); ++j) {
      owners_[parts[i][j]->owner].rrsigs.push_back(std::move((**results[i])[j]));
    }
  }
  std::vector<SignedOwner> owners;
  owners.reserve(owners_.size());
  for (auto& owner : owners_) {
    owners.push_back(signed_owner(std::move(owner.form), std::move(owner.rrsigs)));
  }
  owners_.clear();
  jobs_.clear();
  octets_ = 0;
  return owners;
}

}  // namespace minidns::dnssec
