# The Windows Firewall: rules with their filters, spelt as the cmdlets give them back.

function ConvertTo-DoubleAddress {
    # An IPv4 prefix comes back with a mask, a full-length one without any length.
    param([Parameter(Mandatory = $true)][string]$Text)
    if ($Text -match '^(\d+\.\d+\.\d+\.\d+)/(\d+)$') {
        $length = [int]$Matches[2]
        if (32 -eq $length) {
            return $Matches[1]
        }
        $bits = ('1' * $length).PadRight(32, '0')
        $mask = @(0, 8, 16, 24 | ForEach-Object -Process { [Convert]::ToInt32($bits.Substring($_, 8), 2) }) -join '.'
        return '{0}/{1}' -f $Matches[1], $mask
    }
    return ($Text -replace '/128$', '')
}

function ConvertTo-DoubleRule {
    param([Parameter(Mandatory = $true)][hashtable]$Entry)
    return [pscustomobject]@{
        Name = $Entry['Name']; ID = $Entry['Name']; InstanceID = $Entry['Name']; DisplayName = $Entry['DisplayName']; Description = $Entry['Description']
        Enabled = $Entry['Enabled']; Direction = $Entry['Direction']; Action = $Entry['Action']; Profile = $Entry['Profile']
        EdgeTraversalPolicy = $Entry['EdgeTraversalPolicy']; PolicyStoreSource = 'PersistentStore'; PolicyStoreSourceType = 'Local'
        PrimaryStatus = 'OK'; Owner = $null; Platform = @(); LocalOnlyMapping = $false; LooseSourceMapping = $false
    }
}

function Find-DoubleRule {
    param([string[]]$Name)
    $rules = (Read-DoubleState)['rules']
    foreach ($wanted in $Name) {
        $rules.Keys | Where-Object -FilterScript { $_ -like $wanted } | Sort-Object
    }
}

function Get-NetFirewallRule {
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)][string[]]$Name, [string]$DisplayName, [string]$PolicyStore, [switch]$All, [string]$Direction,
        [string]$Enabled, [string]$Action
    )
    $rules = (Read-DoubleState)['rules']
    $wanted = @('*')
    if ($Name) {
        $wanted = $Name
    }
    $found = @(Find-DoubleRule -Name $wanted)
    if ($found.Count -eq 0) {
        Write-DoubleError -Cmdlet $PSCmdlet -Message 'No MSFT_NetFirewallRule objects found.' -Module
        return
    }
    foreach ($one in $found) {
        $entry = $rules[$one]
        # The active store holds what is in force.
        if ('ActiveStore' -eq $PolicyStore -and 'True' -ne $entry['Enabled']) {
            continue
        }
        if (($Direction -and $Direction -ne $entry['Direction']) -or ($Enabled -and $Enabled -ne $entry['Enabled']) -or ($Action -and $Action -ne $entry['Action'])) {
            continue
        }
        ConvertTo-DoubleRule -Entry $entry
    }
}

function Select-DoubleFilter {
    # The filters of one rule, or of all rules: objects with the rule's name as InstanceID and the given fields.
    param([AllowNull()][object[]]$Rule, [Parameter(Mandatory = $true)][scriptblock]$Field)
    $rules = (Read-DoubleState)['rules']
    $names = @($rules.Keys | Sort-Object)
    if ($null -ne $Rule) {
        $names = @($Rule | ForEach-Object -Process { $_.Name })
    }
    foreach ($name in $names) {
        $fields = & $Field $rules[$name]
        $fields['InstanceID'] = $name
        [pscustomobject]$fields
    }
}

function Get-NetFirewallPortFilter {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline = $true)][object[]]$AssociatedNetFirewallRule, [string]$PolicyStore, [switch]$All, [string]$Protocol)
    process {
        Select-DoubleFilter -Rule $AssociatedNetFirewallRule -Field {
            param($entry)
            @{ Protocol = $entry['Protocol']; LocalPort = $entry['LocalPort']; RemotePort = 'Any'; IcmpType = 'Any'; DynamicTarget = 'Any'; DynamicTransport = 'Any' }
        }
    }
}

function Get-NetFirewallAddressFilter {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline = $true)][object[]]$AssociatedNetFirewallRule, [string]$PolicyStore, [switch]$All)
    process {
        Select-DoubleFilter -Rule $AssociatedNetFirewallRule -Field {
            param($entry)
            $remote = @($entry['RemoteAddress'])
            if ($remote.Count -eq 1) {
                $remote = $remote[0]
            }
            @{ LocalAddress = 'Any'; RemoteAddress = $remote }
        }
    }
}

function Get-NetFirewallApplicationFilter {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline = $true)][object[]]$AssociatedNetFirewallRule, [string]$PolicyStore, [switch]$All)
    process {
        Select-DoubleFilter -Rule $AssociatedNetFirewallRule -Field { param($entry) @{ Program = $entry['Program']; Package = $null } }
    }
}

function Get-NetFirewallServiceFilter {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline = $true)][object[]]$AssociatedNetFirewallRule, [string]$PolicyStore, [switch]$All)
    process {
        Select-DoubleFilter -Rule $AssociatedNetFirewallRule -Field { param($entry) @{ Service = $entry['Service']; ServiceName = $entry['Service'] } }
    }
}

function Get-NetFirewallInterfaceFilter {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline = $true)][object[]]$AssociatedNetFirewallRule, [string]$PolicyStore, [switch]$All)
    process {
        Select-DoubleFilter -Rule $AssociatedNetFirewallRule -Field { @{ InterfaceAlias = 'Any' } }
    }
}

function Get-NetFirewallInterfaceTypeFilter {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline = $true)][object[]]$AssociatedNetFirewallRule, [string]$PolicyStore, [switch]$All)
    process {
        Select-DoubleFilter -Rule $AssociatedNetFirewallRule -Field { @{ InterfaceType = 'Any' } }
    }
}

function Get-NetFirewallSecurityFilter {
    [CmdletBinding()]
    param([Parameter(ValueFromPipeline = $true)][object[]]$AssociatedNetFirewallRule, [string]$PolicyStore, [switch]$All)
    process {
        Select-DoubleFilter -Rule $AssociatedNetFirewallRule -Field {
            @{ Authentication = 'NotRequired'; Encryption = 'NotRequired'; LocalUser = 'Any'; RemoteUser = 'Any'; RemoteMachine = 'Any'; OverrideBlockRules = $false }
        }
    }
}

function Get-NetFirewallProfile {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string[]]$Name = @('Domain', 'Private', 'Public'), [string]$PolicyStore, [switch]$All)
    foreach ($one in $Name) {
        [pscustomobject]@{
            Name = $one; Profile = $one; Enabled = 'True'; DefaultInboundAction = 'Block'; DefaultOutboundAction = 'Allow'
            AllowInboundRules = 'True'; AllowLocalFirewallRules = 'True'
            LogAllowed = 'False'; LogBlocked = 'False'; LogFileName = '%systemroot%\system32\LogFiles\Firewall\pfirewall.log'
        }
    }
}

function New-NetFirewallRule {
    [CmdletBinding()]
    param(
        [string]$Name, [string]$DisplayName, [string]$Description, [string]$Direction = 'Inbound', [string]$Action = 'Allow', [string]$Enabled = 'True',
        [string]$Profile = 'Any', [string]$Protocol = 'Any', [string[]]$LocalPort = @('Any'), [string[]]$RemoteAddress = @('Any'),
        [string]$EdgeTraversalPolicy = 'Block', [string]$Program = 'Any', [string]$Service = 'Any', [string]$PolicyStore
    )
    Add-DoubleCall -Command 'New-NetFirewallRule' -Parameter $PSBoundParameters
    if (@(Find-DoubleRule -Name $Name).Count -gt 0) {
        Write-DoubleError -Cmdlet $PSCmdlet -Message 'Cannot create a file when that file already exists.' -Category ResourceExists -Module
        return
    }
    $entry = @{
        Name = $Name; DisplayName = $DisplayName; Description = $Description; Direction = $Direction; Action = $Action; Enabled = $Enabled; Profile = $Profile
        Protocol = $Protocol; LocalPort = ($LocalPort -join ','); RemoteAddress = @($RemoteAddress | ForEach-Object -Process { ConvertTo-DoubleAddress -Text $_ })
        EdgeTraversalPolicy = $EdgeTraversalPolicy; Program = $Program; Service = $Service
    }
    Edit-DoubleState -Body { param($state) $state['rules'][$Name] = $entry }
    return ConvertTo-DoubleRule -Entry $entry
}

function Set-NetFirewallRule {
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)][string]$Name, [string]$NewDisplayName, [string]$Description, [string]$Direction, [string]$Action, [string]$Enabled,
        [string]$Profile, [string]$Protocol, [string[]]$LocalPort, [string[]]$RemoteAddress, [string]$EdgeTraversalPolicy, [string]$PolicyStore,
        [switch]$PassThru
    )
    Add-DoubleCall -Command 'Set-NetFirewallRule' -Parameter $PSBoundParameters
    if (@(Find-DoubleRule -Name $Name).Count -eq 0) {
        Write-DoubleError -Cmdlet $PSCmdlet -Message 'No MSFT_NetFirewallRule objects found.' -Module
        return
    }
    $given = $PSBoundParameters
    Edit-DoubleState -Body {
        param($state)
        $entry = $state['rules'][$Name]
        foreach ($field in @('Description', 'Direction', 'Action', 'Enabled', 'Profile', 'Protocol', 'EdgeTraversalPolicy')) {
            if ($given.ContainsKey($field)) {
                $entry[$field] = [string]$given[$field]
            }
        }
        if ($given.ContainsKey('NewDisplayName')) {
            $entry['DisplayName'] = $NewDisplayName
        }
        if ($given.ContainsKey('LocalPort')) {
            $entry['LocalPort'] = $LocalPort -join ','
        }
        if ($given.ContainsKey('RemoteAddress')) {
            $entry['RemoteAddress'] = @($RemoteAddress | ForEach-Object -Process { ConvertTo-DoubleAddress -Text $_ })
        }
    }
}

function Remove-NetFirewallRule {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string[]]$Name, [string]$PolicyStore, [switch]$PassThru)
    Add-DoubleCall -Command 'Remove-NetFirewallRule' -Parameter $PSBoundParameters
    $found = @(Find-DoubleRule -Name $Name)
    if ($found.Count -eq 0) {
        Write-DoubleError -Cmdlet $PSCmdlet -Message 'No MSFT_NetFirewallRule objects found.' -Module
        return
    }
    Edit-DoubleState -Body {
        param($state)
        foreach ($one in $found) {
            $state['rules'].Remove($one)
        }
    }
}

function Enable-NetFirewallRule {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string[]]$Name, [string]$PolicyStore, [switch]$PassThru)
    $preference = Get-CallerPreference -Cmdlet $PSCmdlet
    foreach ($one in $Name) {
        Set-NetFirewallRule -Name $one -Enabled 'True' -ErrorAction $preference
    }
}

function Disable-NetFirewallRule {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string[]]$Name, [string]$PolicyStore, [switch]$PassThru)
    $preference = Get-CallerPreference -Cmdlet $PSCmdlet
    foreach ($one in $Name) {
        Set-NetFirewallRule -Name $one -Enabled 'False' -ErrorAction $preference
    }
}
