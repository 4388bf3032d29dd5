"""Addresses of tasks and of the rules that make them."""

from django.urls import path

from .views.office import task_rules, tasks

urlpatterns = [
    path("office/tasks/", tasks.tasks, name="tasks"),
    path("office/tasks/unowned/", tasks.tasks, {"whose": "unowned"}, name="tasks_unowned"),
    path("office/tasks/all/", tasks.tasks, {"whose": "all"}, name="tasks_all"),
    path("office/tasks/done/", tasks.tasks, {"whose": "done"}, name="tasks_done"),
    path("office/tasks/new/", tasks.new, name="task_new"),
    path("office/tasks/<int:pk>/", tasks.task, name="task"),
    path("office/tasks/<int:pk>/completion/", tasks.completion, name="task_completion"),
    path("office/tasks/<int:pk>/deletion/", tasks.deletion, name="task_deletion"),
    path("office/members/<int:pk>/tasks/", tasks.of_member, name="member_tasks"),
    path("office/settings/task-rules/", task_rules.rules, name="task_rules"),
    path("office/settings/task-rules/new/", task_rules.new, name="task_rule_new"),
    path("office/settings/task-rules/<int:pk>/", task_rules.rule, name="task_rule"),
    path(
        "office/settings/task-rules/<int:pk>/retirement/",
        task_rules.retirement,
        name="task_rule_retirement",
    ),
]
