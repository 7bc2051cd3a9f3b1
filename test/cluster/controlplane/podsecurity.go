package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// podQuestion is one line of input: a Pod, and the level and version that it is checked against.
type podQuestion struct {
	Level   string     `json:"level"`
	Version string     `json:"version"`
	Pod     corev1.Pod `json:"pod"`
}

// podFault is a control that a Pod does not meet.
type podFault struct {
	Reason string `json:"reason"`
	Detail string `json:"detail"`
}

// podSecurity answers questions with the checks of the API server's own admission, one line of JSON for each.
func podSecurity() {
	if err := answerPods(); err != nil {
		fmt.Fprintln(os.Stderr, "pod-security:", err)
		os.Exit(1)
	}
}

func answerPods() error {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return err
	}
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	output := bufio.NewWriter(os.Stdout)
	questions, answers := json.NewDecoder(input), json.NewEncoder(output)
	for questions.More() {
		var question podQuestion
		if err := questions.Decode(&question); err != nil {
			return err
		}
		level, err := api.ParseLevel(question.Level)
		if err != nil {
			return err
		}
		version, err := api.ParseVersion(question.Version)
		if err != nil {
			return err
		}
		pod := question.Pod
		faults := []podFault{}
		for _, result := range evaluator.EvaluatePod(api.LevelVersion{Level: level, Version: version}, &pod.ObjectMeta, &pod.Spec) {
			if !result.Allowed {
				faults = append(faults, podFault{Reason: result.ForbiddenReason, Detail: result.ForbiddenDetail})
			}
		}
		if err := answers.Encode(faults); err != nil {
			return err
		}
	}
	return output.Flush()
}
