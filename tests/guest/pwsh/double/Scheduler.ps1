# The task scheduler's COM interface, as far as the scripts use it. A task that is run is a process of its own: the
# registered action with this PowerShell in place of powershell.exe.

function New-DoubleCollection {
    # A collection of a task: it is enumerated, counts, and makes its own items.
    param([Parameter(Mandatory = $true)][scriptblock]$Create, [AllowNull()][object[]]$Item)
    $list = [System.Collections.ArrayList]::new()
    foreach ($one in @($Item)) {
        if ($null -ne $one) {
            $null = $list.Add($one)
        }
    }
    # The methods stay with the list itself, whoever holds it.
    $list.PSObject.Methods.Add([System.Management.Automation.PSScriptMethod]::new('Create', $Create))
    return , $list
}

function New-DoubleTrigger {
    param([int]$Type)
    return [pscustomobject]@{
        Type = $Type; Id = $null; Enabled = $true; StartBoundary = $null; EndBoundary = $null; ExecutionTimeLimit = $null; Delay = $null; UserId = $null
        Repetition = [pscustomobject]@{ Interval = $null; Duration = $null; StopAtDurationEnd = $false }
    }
}

function New-DoubleDefinition {
    # A task definition with the scheduler's own defaults, or with the values of a stored one.
    param([AllowNull()][hashtable]$Stored)
    $definition = [pscustomobject]@{
        RegistrationInfo = [pscustomobject]@{ Author = $null; Description = $null; Date = $null; URI = $null; Source = $null; Version = $null }
        Principal        = [pscustomobject]@{ UserId = $null; LogonType = 0; RunLevel = 0; GroupId = $null; Id = 'Author'; DisplayName = $null }
        Settings         = [pscustomobject]@{
            AllowDemandStart = $true; RestartInterval = $null; RestartCount = 0; MultipleInstances = 2; StopIfGoingOnBatteries = $true
            AllowHardTerminate = $true; StartWhenAvailable = $false; RunOnlyIfNetworkAvailable = $false; ExecutionTimeLimit = 'PT72H'; Enabled = $true
            DeleteExpiredTaskAfter = $null; Priority = 7; Compatibility = 2; Hidden = $false; RunOnlyIfIdle = $false; WakeToRun = $false
            DisallowStartIfOnBatteries = $true
            IdleSettings = [pscustomobject]@{ StopOnIdleEnd = $true; RestartOnIdle = $false; IdleDuration = 'PT10M'; WaitTimeout = 'PT1H' }
        }
        Triggers         = $null
        Actions          = $null
        Data             = $null
    }
    $triggers = @()
    $actions = @()
    if ($null -ne $Stored) {
        foreach ($part in @('RegistrationInfo', 'Principal')) {
            foreach ($name in $Stored[$part].Keys) {
                $definition.$part.$name = $Stored[$part][$name]
            }
        }
        foreach ($name in $Stored['Settings'].Keys) {
            if ('IdleSettings' -ne $name) {
                $definition.Settings.$name = $Stored['Settings'][$name]
                continue
            }
            foreach ($inner in $Stored['Settings'][$name].Keys) {
                $definition.Settings.IdleSettings.$inner = $Stored['Settings'][$name][$inner]
            }
        }
        $triggers = @(
            foreach ($one in $Stored['Triggers']) {
                $trigger = New-DoubleTrigger -Type $one['Type']
                foreach ($name in $one.Keys) {
                    if ('Repetition' -eq $name) {
                        continue
                    }
                    $trigger.$name = $one[$name]
                    if ($one[$name] -is [string]) {
                        $trigger.$name = $one[$name] -replace '^time:', ''
                    }
                }
                foreach ($inner in $one['Repetition'].Keys) {
                    $trigger.Repetition.$inner = $one['Repetition'][$inner]
                }
                $trigger
            }
        )
        $actions = @($Stored['Actions'] | ForEach-Object -Process { [pscustomobject]$_ })
    }
    $definition.Triggers = New-DoubleCollection -Item $triggers -Create {
        param($Type)
        $trigger = New-DoubleTrigger -Type $Type
        $null = $this.Add($trigger)
        return $trigger
    }
    $definition.Actions = New-DoubleCollection -Item $actions -Create {
        param($Type)
        $action = [pscustomobject]@{ Type = $Type; Id = $null; Path = $null; Arguments = $null; WorkingDirectory = $null }
        $null = $this.Add($action)
        return $action
    }
    return $definition
}

function ConvertTo-DoubleStored {
    # A definition as plain data: the lists as lists.
    param([Parameter(Mandatory = $true)][object]$Definition)
    $text = ConvertTo-Json -InputObject (Get-DoublePlain -Definition $Definition) -Depth 8
    # PowerShell would take a time for a date and give another text back.
    return (ConvertTo-DoubleTable -Value (ConvertFrom-Json -InputObject ($text -replace '("(Start|End)Boundary":\s*")(?=\d)', '$1time:') -AsHashtable))
}

function Get-DoublePlain {
    # A definition without its methods.
    param([Parameter(Mandatory = $true)][object]$Definition)
    return @{
        RegistrationInfo = $Definition.RegistrationInfo; Principal = $Definition.Principal; Settings = $Definition.Settings
        Triggers = [object[]]@($Definition.Triggers | ForEach-Object -Process { $_ }); Actions = [object[]]@($Definition.Actions | ForEach-Object -Process { $_ })
    }
}

function Test-DoubleProcess {
    # Whether a process runs; one that has ended and waits for its parent does not.
    param([AllowNull()][object]$Id)
    $file = '/proc/{0}/stat' -f $Id
    if (-not $Id -or -not [System.IO.File]::Exists($file)) {
        return $false
    }
    try {
        return ([System.IO.File]::ReadAllText($file) -notmatch '\) [ZX] ')
    }
    catch {
        return $false
    }
}

function Stop-DoubleProcess {
    param([AllowNull()][object]$Id)
    if (Test-DoubleProcess -Id $Id) {
        [System.Diagnostics.Process]::GetProcessById([int]$Id).Kill()
    }
}

function Start-DoubleProcess {
    # Starts the arguments of a registered action as a process of its own that outlives this one; gives its id.
    param([Parameter(Mandatory = $true)][string]$Arguments, [Parameter(Mandatory = $true)][string]$Session)
    if ($Arguments -notmatch '-File "?(?:C:/)([^"\s]+)"?\s*(.*)$') {
        throw 'The double runs actions of the form: powershell.exe ... -File "C:/..." arguments.'
    }
    $file = $Matches[1]
    $rest = @($Matches[2] -split '\s+' | Where-Object -FilterScript { $_ } | ForEach-Object -Process { $_.Trim('"') })
    $start = [System.Diagnostics.ProcessStartInfo]::new('/bin/sh')
    # A shell waits for it: where nobody takes an ended process's state, it would seem to go on.
    $shell = '{ setsid "$@" </dev/null >>tasks.log 2>&1 & echo $!; exec >/dev/null 2>&1; wait; } &'
    foreach ($one in @('-c', $shell, 'sh', $env:PEER_WINDOWS_PWSH, '-NoProfile', '-NonInteractive', '-File', ($env:PEER_WINDOWS_DOUBLE + '/Launch.ps1'), '-Script', $file)) {
        $start.ArgumentList.Add($one)
    }
    $start.WorkingDirectory = $script:Machine
    $start.RedirectStandardOutput = $true
    $start.Environment['PEER_WINDOWS_ARGUMENTS'] = ConvertTo-Json -InputObject ([string[]]$rest) -Compress
    $start.Environment['PEER_DOUBLE_CONTROL'] = '{0}/{1}.control' -f $script:Machine, $Session
    $process = [System.Diagnostics.Process]::Start($start)
    $id = [int]$process.StandardOutput.ReadLine()
    $process.WaitForExit()
    [System.IO.File]::AppendAllText($script:Machine + '/processes', "$id`n")
    return $id
}

function ConvertTo-DoubleTask {
    # IRegisteredTask.
    param([Parameter(Mandatory = $true)][string]$Name)
    $entry = (Read-DoubleState)['tasks'][$Name]
    $task = [pscustomobject]@{
        Name = $Name; Path = '\' + $Name; Definition = (New-DoubleDefinition -Stored $entry['definition'])
        LastTaskResult = [int]$entry['lastTaskResult']
    }
    $task.PSObject.Properties.Add([System.Management.Automation.PSScriptProperty]::new('State', {
                # TASK_STATE_RUNNING, DISABLED, READY
                $entry = (Read-DoubleState)['tasks'][$this.Name]
                if (Test-DoubleProcess -Id $entry['processId']) {
                    return 4
                }
                return @(1, 3)[[int][bool]$entry['enabled']]
            }))
    $task.PSObject.Properties.Add([System.Management.Automation.PSScriptProperty]::new('Enabled',
            { [bool](Read-DoubleState)['tasks'][$this.Name]['enabled'] },
            { param($Value) $name = $this.Name; Edit-DoubleState -Body { param($state) $state['tasks'][$name]['enabled'] = [bool]$Value } }))
    return Add-DoubleMethod -Object $task -Method @{
        Run  = {
            param($Parameters)
            $name = $this.Name
            Add-DoubleCall -Command 'Task.Run' -Parameter @{ Name = $name }
            Edit-DoubleState -Body {
                param($state)
                $entry = $state['tasks'][$name]
                if (Test-DoubleProcess -Id $entry['processId']) {
                    return
                }
                if ($entry['secretDigest'] -and $entry['secretDigest'] -ne (Get-DoubleDigest -Text $state['password'])) {
                    # Windows refuses the logon, and says so in the task's result alone.
                    $entry['lastTaskResult'] = -2147023570 # 0x8007052E
                    return
                }
                if ($entry['secretDigest'] -and @($state['lostRights']) -ccontains 'SeBatchLogonRight') {
                    $entry['lastTaskResult'] = -2147023511 # 0x80070569, ERROR_LOGON_TYPE_NOT_GRANTED
                    return
                }
                $entry['lastTaskResult'] = 267009 # SCHED_S_TASK_RUNNING
                $entry['processId'] = Start-DoubleProcess -Arguments $entry['definition']['Actions'][0]['Arguments'] -Session 'task'
            }
            return $this
        }
        Stop = {
            param($Flags)
            Stop-DoubleProcess -Id (Read-DoubleState)['tasks'][$this.Name]['processId']
        }
    }
}

function New-DoubleScheduler {
    # ITaskService.
    param()
    return Add-DoubleMethod -Object ([pscustomobject]@{ Connected = $false }) -Method @{
        Connect   = { $this.Connected = $true }
        NewTask   = { param($Flags) New-DoubleDefinition -Stored $null }
        GetFolder = {
            param($Path)
            if (-not $this.Connected -or '\' -ne $Path) {
                throw (New-DoubleException -HResult 0x80070003)
            }
            New-DoubleTaskFolder
        }
    }
}

function New-DoubleTaskFolder {
    # ITaskFolder.
    param()
    return Add-DoubleMethod -Object ([pscustomobject]@{ Name = '\'; Path = '\' }) -Method @{
        GetTask                = {
            param($Name)
            if (-not (Read-DoubleState)['tasks'].ContainsKey($Name)) {
                throw (New-DoubleException -HResult 0x80070002)
            }
            ConvertTo-DoubleTask -Name $Name
        }
        GetTasks               = {
            param($Flags)
            , @((Read-DoubleState)['tasks'].Keys | Sort-Object | ForEach-Object -Process { ConvertTo-DoubleTask -Name $_ })
        }
        RegisterTaskDefinition = {
            param($Name, $Definition, $Flags, $User, $Secret, $LogonType, $Sddl)
            # The secret itself is noted nowhere.
            Add-DoubleCall -Command 'RegisterTaskDefinition' -Parameter @{ Name = $Name; Flags = $Flags; User = $User; LogonType = $LogonType }
            $state = Read-DoubleState
            if (2 -eq $Flags -and $state['tasks'].ContainsKey($Name)) {
                throw (New-DoubleException -HResult 0x800700B7)
            }
            if (1 -eq $LogonType) {
                if ($state['faults'] -contains 'storedPasswordsForbidden') {
                    throw (New-DoubleException -HResult 0x80070520)
                }
                if ($state['password'] -cne $Secret) {
                    throw (New-DoubleException -HResult 0x8007052E)
                }
            }
            $stored = ConvertTo-DoubleStored -Definition $Definition
            $stored['Principal']['UserId'] = $User
            $stored['Principal']['LogonType'] = $LogonType
            Edit-DoubleState -Body {
                param($state)
                $running = $null
                if ($state['tasks'].ContainsKey($Name)) {
                    $running = $state['tasks'][$Name]['processId']
                }
                $digest = ''
                if (1 -eq $LogonType) {
                    $digest = Get-DoubleDigest -Text $Secret
                }
                $state['tasks'][$Name] = @{
                    definition = $stored; enabled = [bool]$stored['Settings']['Enabled']; processId = $running
                    secretDigest = $digest; lastTaskResult = 267011 # SCHED_S_TASK_HAS_NOT_RUN
                }
            }
            ConvertTo-DoubleTask -Name $Name
        }
        DeleteTask             = {
            param($Name, $Flags)
            Add-DoubleCall -Command 'DeleteTask' -Parameter @{ Name = $Name }
            if (-not (Read-DoubleState)['tasks'].ContainsKey($Name)) {
                throw (New-DoubleException -HResult 0x80070002)
            }
            Edit-DoubleState -Body { param($state) $state['tasks'].Remove($Name) }
        }
    }
}

function Start-DoubleBoot {
    # What Windows does when it starts: services that start with it, tasks with a boot trigger. Called by the tests.
    param()
    $services = (Read-DoubleState)['services']
    foreach ($name in @($services.Keys | Where-Object -FilterScript { 'Automatic' -eq $services[$_]['startType'] } | Sort-Object)) {
        Edit-DoubleState -Body { param($state) $state['services'][$name]['status'] = 'Stopped' }
        Start-Service -Name $name -ErrorAction SilentlyContinue
    }
    Write-DoubleControl
    foreach ($name in @((Read-DoubleState)['tasks'].Keys)) {
        $task = ConvertTo-DoubleTask -Name $name
        if ($task.Enabled -and @($task.Definition.Triggers | Where-Object -FilterScript { 8 -eq $_.Type }).Count -gt 0) {
            $null = $task.Run($null)
        }
    }
}
